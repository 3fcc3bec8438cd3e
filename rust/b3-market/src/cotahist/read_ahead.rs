//! A stream that is read on a thread of its own, a few blocks ahead of its reader.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// As much as one look at the lines takes.
const BLOCK: usize = 256 * 1024;
/// Blocks that wait at most: enough that neither side stands still for the other's slow moments.
const BLOCKS_AHEAD: usize = 4;

/// A reader of blocks that a thread of its own has read ahead. Unpacking a ZIP takes as long as parsing what comes out, so
/// that two threads halve the time.
pub(super) struct ReadAhead {
    /// Blocks in their order; an empty one is the end.
    blocks: Receiver<io::Result<Vec<u8>>>,
    block: Vec<u8>,
    /// How much of the block was handed out.
    taken: usize,
    at_end: bool,
}

impl ReadAhead {
    /// Starts reading. The thread stops at the end of the stream, at its first error, or when this
    /// reader is dropped.
    pub(super) fn of(input: impl Read + Send + 'static) -> io::Result<Self> {
        let (sender, blocks) = sync_channel(BLOCKS_AHEAD);
        thread::Builder::new().name("cotahist".to_owned()).spawn(move || send_blocks(input, &sender))?;
        Ok(Self { blocks, block: Vec::new(), taken: 0, at_end: false })
    }
}

fn send_blocks(mut input: impl Read, sender: &SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let mut block = Vec::with_capacity(BLOCK);
        let read = input.by_ref().take(BLOCK as u64).read_to_end(&mut block);
        let is_last = block.len() < BLOCK;
        // What came before an error is as good as the rest.
        let sent = if block.is_empty() { Ok(()) } else { sender.send(Ok(block)) };
        if sent.is_err() {
            return;
        }
        if is_last || read.is_err() {
            // An error means that the reader was dropped, and needs no end.
            let _ = sender.send(read.map(|_| Vec::new()));
            return;
        }
    }
}

impl Read for ReadAhead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.block.len() && !self.at_end {
            let ended_early = || io::Error::other("the thread that unpacks the file ended early");
            self.block = self.blocks.recv().map_err(|_| ended_early())??;
            self.taken = 0;
            self.at_end = self.block.is_empty();
        }
        let mut rest = &self.block[self.taken..];
        let read = rest.read(buffer)?;
        self.taken += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes, then an error.
    struct Breaking(io::Cursor<Vec<u8>>);

    impl Read for Breaking {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::Error::other("damaged")),
                read => Ok(read),
            }
        }
    }

    fn bytes(len: usize) -> Vec<u8> {
        (0..len).map(|place| place.to_le_bytes()[0] ^ place.to_le_bytes()[1]).collect()
    }

    #[test]
    fn every_byte_comes_out_in_order_whatever_the_length() {
        for len in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 7 * BLOCK + 3] {
            let mut read = Vec::new();
            ReadAhead::of(io::Cursor::new(bytes(len))).unwrap().read_to_end(&mut read).unwrap();
            assert!(read == bytes(len), "{len}");
        }
    }

    #[test]
    fn what_came_before_an_error_comes_out_before_it() {
        for len in [0, 5, BLOCK, 2 * BLOCK + 5] {
            let mut read = Vec::new();
            let mut ahead = ReadAhead::of(Breaking(io::Cursor::new(bytes(len)))).unwrap();
            assert_eq!(ahead.read_to_end(&mut read).unwrap_err().to_string(), "damaged");
            assert!(read == bytes(len), "{len}");
        }
    }

    #[test]
    fn a_thread_that_is_gone_is_an_error_and_no_end() {
        let broken = io::empty().chain(Breaking(io::Cursor::new(Vec::new())));
        let mut ahead = ReadAhead::of(broken).unwrap();
        assert_eq!(ahead.read(&mut [0]).unwrap_err().to_string(), "damaged");
        assert_eq!(ahead.read(&mut [0]).unwrap_err().to_string(), "the thread that unpacks the file ended early");
    }
}
