//! Tests of the other indicators against TA-Lib's reference values, and of all with ties, series
//! that do not move, and numbers beyond the usual ones.

use super::{SPAN, answers, assert_as_ta_lib, bars, floats, prices};
use crate::indicators::*;
use crate::rolling::{Change, Series, Step, Values, lines};

#[test]
fn each_oscillator_channel_and_moment_begins_and_ends_as_ta_lib_does() {
    let [high, low, close, volume] = bars();
    let [high, low, close, volume] = [&high, &low, &close, &volume].map(|prices| floats(prices));
    let prices = [&high, &low, &close];
    let [index, plus_di, minus_di] = lines(60, |out| adx(prices, 14, out));
    let correlation = answers(60, |out| correl(&close, &volume, 30, SPAN, out));
    let [slow_k, slow_d] = lines(60, |out| stoch(prices, [(14, SPAN), (3, SPAN), (4, SPAN)], out));
    let [donchian_upper, donchian_middle, donchian_lower] = lines(60, |out| donchian(&high, &low, 20, SPAN, out));
    let [keltner_upper, keltner_middle, keltner_lower] = lines(60, |out| keltner(prices, 20, 10, 2.0, out));
    assert_as_ta_lib([
        (index, 27, 18.128_595_752_668_85, 7.854_459_419_186_761),
        (plus_di, 14, 25.207_707_265_335_138, 18.821_258_541_433_26),
        (minus_di, 14, 20.299_334_158_270_035, 16.532_153_480_357_95),
        (slow_k, 18, 78.374_087_408_740_82, 46.915_191_323_386_66),
        (slow_d, 18, 67.401_114_889_501_98, 54.570_120_492_409_51),
        (answers(60, |out| cci(prices, 20, SPAN, out)), 19, 107.958_251_793_868_74, 81.036_162_530_803_52),
        (answers(60, |out| willr(prices, 14, SPAN, out)), 13, -48.167_539_267_016_075, -43.814_432_989_690_48),
        (answers(60, |out| mfi(prices, &volume, 14, SPAN, out)), 14, 55.089_723_215_846_41, 60.416_653_950_155_35),
        (answers(60, |out| roc(&close, 10, SPAN, out)), 10, -1.414_041_180_848_424_3, 0.935_251_798_561_154_1),
        (answers(60, |out| beta(&volume, &close, 20, SPAN, out)), 20, 2.558_572_339_448_58, 8.498_058_062_287_06),
        (correlation, 29, 0.182_849_395_033_876_84, 0.372_660_206_761_079_1),
        // TA-Lib has no channels: these are from its MAX, MIN, EMA and ATR.
        (donchian_upper, 19, 41.77, 42.94),
        (donchian_middle, 19, 40.45, 41.755),
        (donchian_lower, 19, 39.13, 40.57),
        (keltner_upper, 19, 41.987_216_685_183_995, 43.496_009_067_675_9),
        (keltner_middle, 19, 40.163, 41.769_612_342_836_766),
        (keltner_lower, 19, 38.338_783_314_816, 40.043_215_617_997_63),
    ]);
}

/// Index, +DI and -DI of bars (high, low, close) with a window of one bar.
fn directional(bars: &[[f64; 3]]) -> [Vec<Option<f64>>; 3] {
    let prices = [0, 1, 2].map(|which| bars.iter().map(|bar| bar[which]).collect::<Vec<_>>());
    let [high, low, close] = prices.each_ref().map(|prices| floats(prices));
    lines(bars.len(), |out| adx([&high, &low, &close], 1, out))
}

#[test]
fn of_two_moves_of_one_size_neither_counts_and_where_nothing_moves_the_index_keeps_its_value() {
    let zero = vec![None, Some(0.0)];
    assert_eq!(directional(&[[10.0, 8.0, 9.0], [12.0, 6.0, 9.0]]), [zero.clone(), zero.clone(), zero.clone()]);
    assert_eq!(directional(&[[7.5; 3]; 2]), [zero.clone(), zero.clone(), zero]);
    // A move of 2.0 in a true range of 2.5 is 80%.
    let (risen, fallen) = ([12.0, 11.0, 11.5], [10.0, 9.0, 9.5]);
    assert_eq!(
        directional(&[fallen, risen, risen]),
        [vec![None, Some(100.0), Some(100.0)], vec![None, Some(80.0), Some(0.0)], vec![None, Some(0.0), Some(0.0)]]
    );
    assert_eq!(directional(&[risen, fallen]), [vec![None, Some(100.0)], vec![None, Some(0.0)], vec![None, Some(80.0)]]);
}

#[test]
fn a_price_that_never_moves_gives_zero_in_cci_rsi_willr_mfi_and_stoch() {
    // The rounded mean of some of these differs from the price.
    for price in [37.41, 0.1, 12.37, 7.5] {
        let flat = [price; 20];
        let flat = floats(&flat);
        for window in [3, 14, 20] {
            let line = answers(20, |out| cci([&flat; 3], window, SPAN, out));
            assert_eq!(line[window - 1..], vec![Some(0.0); 21 - window], "{price} over {window}");
        }
        assert_eq!(answers(20, |out| rsi(&flat, 14, out))[14..], [Some(0.0); 6]);
        assert_eq!(answers(20, |out| willr([&flat; 3], 14, SPAN, out))[19], Some(0.0));
        assert_eq!(answers(20, |out| mfi([&flat; 3], &flat, 14, SPAN, out))[19], Some(0.0));
        let [slow_k, _] = lines(20, |out| stoch([&flat; 3], [(5, SPAN), (3, SPAN), (3, SPAN)], out));
        assert_eq!(slow_k[19], Some(0.0));
    }
}

#[test]
fn a_close_at_the_highest_high_has_a_williams_r_of_plus_zero() {
    let highest = answers(2, |out| willr([&floats(&[1.0, 2.0]); 3], 2, SPAN, out))[1].unwrap();
    assert!(highest == 0.0 && highest.is_sign_positive());
}

#[test]
fn money_flows_only_where_the_price_moves_and_a_flow_below_one_unit_gives_zero() {
    let flow = |closes: &[f64], volumes: &[f64]| {
        let (prices, volumes) = (floats(closes), floats(volumes));
        answers(closes.len(), |out| mfi([&prices; 3], &volumes, closes.len() - 1, SPAN, out))[closes.len() - 1]
    };
    assert_eq!(flow(&[0.5, 1.0], &[9.0, 1.0]), Some(100.0));
    assert_eq!(flow(&[0.5, 1.0], &[9.0, 0.75]), Some(0.0));
    assert_eq!(flow(&[1.0, 1.0, 0.5], &[9.0, 5.0, 4.0]), Some(0.0));
    assert_eq!(flow(&[1.0, 1.0, 2.0], &[9.0, 5.0, 4.0]), Some(100.0));
}

#[test]
fn a_balance_begins_anew_after_an_unknown_change_of_either_column() {
    let (closes, volumes) = ([1.0, 2.0, 3.0], [10.0, 20.0, 40.0]);
    let unknown = [Step { row: 2, change: Change::Unknown }];
    let of = |of_closes, of_volumes| {
        let closes = Series { steps: of_closes, ..floats(&closes) };
        let volumes = Series { steps: of_volumes, ..floats(&volumes) };
        answers(3, |out| obv(&closes, &volumes, out))
    };
    assert_eq!(of(&[], &[]), [Some(10.0), Some(30.0), Some(70.0)]);
    let anew = [Some(10.0), Some(30.0), Some(40.0)];
    assert_eq!((of(&unknown, &[]), of(&[], &unknown)), (anew.to_vec(), anew.to_vec()));
}

#[test]
fn a_drawdown_is_from_the_highest_price_and_null_until_one_is_above_zero() {
    let found = answers(6, |out| drawdown(&floats(&[-1.0, 0.0, 10.0, 12.0, 9.0, 15.0]), out));
    assert_eq!(found, [None, None, Some(0.0), Some(0.0), Some(-0.25), Some(0.0)]);
}

#[test]
fn the_middle_of_a_channel_is_null_where_either_side_is() {
    let high = prices(60);
    let mut low: Vec<f64> = high.iter().map(|price| price - 1.0).collect();
    low[30] = f64::NAN;
    let [upper, middle, lower] = lines(60, |out| donchian(&floats(&high), &floats(&low), 3, SPAN, out));
    for row in 0..60 {
        let is_null = row < 2 || (30..33).contains(&row);
        assert_eq!((upper[row].is_none(), lower[row].is_none()), (row < 2, is_null));
        assert_eq!(middle[row], upper[row].zip(lower[row]).map(|(upper, lower)| f64::midpoint(upper, lower)));
    }
}

#[test]
fn numbers_that_never_move_or_are_too_small_or_too_large_have_no_correlation() {
    let moving = [1.0, 2.0, 4.0];
    let correlation = |one: &[f64], other: &[f64], window: usize| {
        answers(one.len(), |out| correl(&floats(one), &floats(other), window, SPAN, out))
    };
    assert_eq!(correlation(&moving, &moving, 3)[2], Some(1.0));
    // The rounded mean of some prices differs from the price.
    for price in [37.41, 12.37, 7.5] {
        let (flat, walk) = ([price; 60], prices(60));
        assert_eq!(correlation(&walk, &flat, 14), [None; 60]);
        assert_eq!(correlation(&flat, &walk, 14), [None; 60]);
    }
    for size in [1e-100, 1e150] {
        let scaled = moving.map(|number| number * size);
        assert_eq!(correlation(&scaled, &scaled, 3)[2], None);
    }
}

#[test]
fn a_price_that_never_moves_has_a_beta_of_zero_and_a_market_that_never_moves_gives_none() {
    let slope =
        |price: &[f64], market: &[f64]| answers(3, |out| beta(&floats(price), &floats(market), 2, SPAN, out))[2];
    assert_eq!((slope(&[7.5; 3], &[1.0, 2.0, 3.0]), slope(&[1.0, 2.0, 3.0], &[7.5; 3])), (Some(0.0), None));
}

#[test]
fn returns_of_decimals_too_large_for_the_vectorised_division_are_rounded_once() {
    let closes = [1 << 62, 3 << 61, 0, 1 << 62, i64::MIN, i64::MAX];
    let decimals = Series::new(Values::Decimal { unscaled: &closes, scale: 6 });
    let found = answers(6, |out| simple_return(&decimals, SPAN, out));
    assert_eq!(found, [None, Some(0.5), Some(-1.0), None, Some(-3.0), Some(-2.0)]);
}

#[test]
fn the_deviation_of_large_prices_that_differ_little_is_exact() {
    let large = [0.0, 1.0, 2.0].map(|units| 2.0_f64.powi(52) + units);
    assert_eq!(answers(3, |out| rolling_std(&floats(&large), 3, 1, SPAN, out))[2], Some(1.0));
}

#[test]
fn returns_of_the_smallest_doubles_are_rounded_once() {
    let closes = [1.0, 2.0, 3.0, 3.0, 1.0, 7.0, 0.0].map(|units| units * f64::from_bits(1));
    let found = answers(7, |out| simple_return(&floats(&closes), SPAN, out));
    let expected = [Some(1.0), Some(0.5), Some(0.0), Some(-2.0 / 3.0), Some(6.0), Some(-1.0)];
    assert_eq!(found[1..], expected);
    assert!(found[3].is_some_and(f64::is_sign_positive));
}

type Kernel = fn(&Series<'_>, usize) -> Vec<Vec<Option<f64>>>;

#[test]
fn a_window_of_no_bars_or_longer_than_the_series_gives_nulls_in_every_line() {
    let kernels: [Kernel; 17] = [
        |close, window| lines(60, |out| adx([close; 3], window, out)).to_vec(),
        |close, window| lines(60, |out| macd(close, [window, 4, 3], out)).to_vec(),
        |close, window| lines(60, |out| macd(close, [2, 4, window], out)).to_vec(),
        |close, window| lines(60, |out| keltner([close; 3], window, 3, 2.0, out)).to_vec(),
        // The upper line alone, because the middle one has no true range.
        |close, window| lines(60, |out| keltner([close; 3], 3, window, 2.0, out))[..1].to_vec(),
        |close, window| lines(60, |out| donchian(close, close, window, SPAN, out)).to_vec(),
        |close, window| lines(60, |out| stoch([close; 3], [(3, SPAN), (3, SPAN), (window, SPAN)], out)).to_vec(),
        |close, window| lines(60, |[out]| ema(close, window, Seed::Sma, out)).to_vec(),
        |close, window| lines(60, |[out]| ema(close, window, Seed::First, out)).to_vec(),
        |close, window| lines(60, |[out]| rsi(close, window, out)).to_vec(),
        |close, window| lines(60, |[out]| atr(close, close, close, window, out)).to_vec(),
        |close, window| lines(60, |[out]| rolling_std(close, window, 0, SPAN, out)).to_vec(),
        |close, window| lines(60, |[out]| cci([close; 3], window, SPAN, out)).to_vec(),
        |close, window| lines(60, |[out]| mfi([close; 3], close, window, SPAN, out)).to_vec(),
        |close, window| lines(60, |[out]| roc(close, window, SPAN, out)).to_vec(),
        |close, window| lines(60, |[out]| beta(close, close, window, SPAN, out)).to_vec(),
        |close, window| lines(60, |[out]| correl(close, close, window, SPAN, out)).to_vec(),
    ];
    let close = prices(60);
    for (place, kernel) in kernels.into_iter().enumerate() {
        for window in [0, 61, usize::MAX] {
            for line in kernel(&floats(&close), window) {
                assert_eq!(line, [None; 60], "kernel {place}, window {window}");
            }
        }
        assert!(kernel(&floats(&close), 2).iter().all(|line| line[59].is_some()), "kernel {place}");
    }
}
