//! b3-market
