//! TA-Lib-class indicators.
