//! A streaming reader of COTAHIST, B3's official file of daily quotes.
//!
//! A file is a header, quotes and a trailer, one record of 245 columns a line, in the layout used
//! since 1986, which B3 published in 2005 (`SeriesHistoricas_Layout`). [`Reader`] is strict about
//! that form: every numeric field of every quote must hold digits, nothing may follow the trailer,
//! no two selected quotes may have the same [`Key`], and unless [`Options::allow_incomplete`] is
//! set the trailer must count the records (all of them, or only the quotes). It allows only what
//! real files contain: lines end in LF or CRLF, may lack trailing blanks, the last one may lack its
//! line end, and names are Latin-1.
//!
//! A file of that form may still hold records from which no [`Quote`] can be made: a price that its
//! quote factor does not divide, a currency label that contradicts the date. [`Record::quote`] says
//! what is wrong with each; a caller that continues with [`Reader::next_record`] gets the others.
//!
//! Memory does not grow with the number of records: it is one block of 256 kB and, to find
//! duplicate keys, an entry for each instrument and a bit for each selected instrument and date,
//! about 300 kB for a year of spot quotes. A ZIP is unpacked by a thread of its own, which holds a
//! few more blocks.
//!
//! ```no_run
//! use b3_cotahist::{Options, Reader};
//!
//! let mut reader = Reader::open("COTAHIST_A2024.ZIP", Options { markets: "10,20".parse()?, ..Options::default() })?;
//! while let Some(record) = reader.next_record()? {
//!     println!("{} {} {}", record.ticker(), record.name(), record.quote()?.close);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod digits;
mod error;
mod header_and_trailer;
mod instruments;
mod layout;
mod lines;
mod markets;
mod quote;
mod read_ahead;
mod reader;
mod record;
mod selection;
mod summary;
mod text_or_zip;

pub use error::{Error, Fault};
pub use layout::{Field, RECORD_WIDTH};
pub use markets::{InvalidMarkets, Markets};
pub use quote::Quote;
pub use reader::{Options, Reader};
pub use record::{Key, Record, Text};
pub use summary::{Incomplete, Summary, TrailerCount};
