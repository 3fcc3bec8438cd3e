//! Tests on intact and damaged ZIP archives.

mod sample;

use std::io::{Cursor, Write};

use b3_cotahist::{Field, Options};
use sample::{error, file, quote, read, read_with};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

fn archive(members: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in members {
        archive.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        archive.write_all(text).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn deflated(members: &[(&str, &[u8])]) -> Vec<u8> {
    archive(members, CompressionMethod::Deflated)
}

#[test]
fn a_zip_reads_like_its_text_whatever_else_it_holds() {
    let text = file(&[quote(&[]), quote(&[(Field::TICKER, "VALE3")])]);
    let quotes = read(text.clone()).unwrap();
    assert_eq!(read(deflated(&[("COTAHIST_D08112024.TXT", &text)])).unwrap(), quotes);
    // The names of B3's members until 2000, in 2001 and since.
    for name in ["COTAHIST.A1986", "COTAHIST_A2001", "COTAHIST_A2002.TXT"] {
        assert_eq!(read(archive(&[(name, &text)], CompressionMethod::Stored)).unwrap(), quotes);
    }
    assert_eq!(read(deflated(&[("LEIAME.TXT", b"x"), ("dir/cotahist_a2024.txt", &text)])).unwrap(), quotes);
    // If no member is called COTAHIST, the only `.txt` is read.
    assert_eq!(read(deflated(&[("DemoCotacoesHistoricas.txt", &text), ("x.pdf", b"")])).unwrap(), quotes);
}

#[test]
fn a_fault_within_a_zip_names_the_member() {
    let text = deflated(&[("COTAHIST_A2024.TXT", b"01")]);
    let message = "F.TXT/COTAHIST_A2024.TXT: line 1, columns 1-2 (record type): found '01', expected header 00";
    assert_eq!(error(text), message);
}

#[test]
fn a_zip_without_the_one_member_is_refused_and_lists_what_it_holds() {
    let expected = ", expected one member named COTAHIST...";
    assert_eq!(error(deflated(&[])), format!("F.TXT: found no member{expected}"));
    assert_eq!(
        error(deflated(&[("a.csv", b""), ("b.pdf", b"")])),
        format!("F.TXT: found members a.csv, b.pdf{expected}")
    );
    let two = deflated(&[("COTAHIST_A2023.TXT", b""), ("COTAHIST_A2024.TXT", b"")]);
    assert_eq!(error(two), format!("F.TXT: found members COTAHIST_A2023.TXT, COTAHIST_A2024.TXT{expected}"));
}

#[test]
fn a_zip_cut_anywhere_is_refused_even_if_incomplete_files_are_allowed() {
    let text = file(&[quote(&[])]);
    let whole = deflated(&[("COTAHIST_A2024.TXT", &text)]);
    for len in 0..whole.len() {
        let options = Options { allow_incomplete: true, ..Options::default() };
        assert!(read_with(whole[..len].to_vec(), options).is_err(), "cut to {len} of {}", whole.len());
    }
}

#[test]
fn a_changed_byte_fails_the_checksum() {
    let text = file(&[quote(&[(Field::OPEN, "3650")])]);
    let mut changed = archive(&[("COTAHIST_A2024.TXT", &text)], CompressionMethod::Stored);
    let price = changed.windows(13).position(|digits| digits == b"0000000003650").unwrap();
    changed[price + 12] = b'1';
    // The checksum is compared at the member's end, after line 3, its trailer.
    let message = "F.TXT/COTAHIST_A2024.TXT: cannot read beyond line 3: Invalid checksum";
    assert_eq!(error(changed), message);
}

#[test]
fn no_changed_byte_of_an_archive_changes_a_quote() {
    let text = file(&[quote(&[]), quote(&[(Field::TICKER, "VALE3")])]);
    let quotes = read(text.clone()).unwrap();
    let whole = deflated(&[("COTAHIST_A2024.TXT", &text)]);
    for position in 0..whole.len() {
        for flipped in [1, 0x20, 0xFF] {
            let mut changed = whole.clone();
            changed[position] ^= flipped;
            if let Ok(read) = read(changed) {
                assert_eq!(read, quotes, "byte {position} of {}", whole.len());
            }
        }
    }
}

#[test]
fn a_member_packed_in_another_way_is_refused() {
    let mut other = deflated(&[("COTAHIST_A2024.TXT", &file(&[quote(&[])]))]);
    // In the archive's directory, byte 8 of an entry is its flags and byte 10 its compression.
    let entry = other.windows(4).position(|magic| magic == b"PK\x01\x02").unwrap();
    other[entry + 10] = 12;
    let expected = "F.TXT/COTAHIST_A2024.TXT: found compression Bzip2, expected a stored or deflated member";
    assert_eq!(error(other.clone()), expected);
    other[entry + 8] |= 1;
    let expected = "F.TXT/COTAHIST_A2024.TXT: found an encrypted member, expected one without a password";
    assert_eq!(error(other), expected);
}
