//! A reader whose input a second thread reads a few blocks ahead.

use std::io::{self, Cursor, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use crate::lines::BLOCK;

/// The largest number of waiting blocks, enough to keep both threads busy.
const BLOCKS_AHEAD: usize = 4;

/// A reader of blocks that a second thread has read ahead. Decompressing a ZIP takes as long as
/// parsing its text, so two threads halve the time.
pub(crate) struct ReadAhead {
    /// Blocks in order; an empty one marks the end.
    blocks: Receiver<io::Result<Vec<u8>>>,
    block: Cursor<Vec<u8>>,
    at_end: bool,
}

impl ReadAhead {
    /// Starts the thread, which reads the stream that `open` borrows from `owner`, as a member of a
    /// ZIP borrows its archive. It stops at the end of the stream, at its first error, or when this
    /// reader is dropped.
    pub(crate) fn of<O: Send + 'static>(
        mut owner: O,
        open: impl FnOnce(&mut O) -> io::Result<Box<dyn Read + '_>> + Send + 'static,
    ) -> io::Result<Self> {
        let (sender, blocks) = sync_channel(BLOCKS_AHEAD);
        thread::Builder::new().name("cotahist".to_owned()).spawn(move || match open(&mut owner) {
            Ok(input) => send_blocks(input, &sender),
            Err(error) => drop(sender.send(Err(error))),
        })?;
        Ok(Self { blocks, block: Cursor::default(), at_end: false })
    }
}

fn send_blocks(mut input: impl Read, sender: &SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let mut block = Vec::with_capacity(BLOCK);
        let read = input.by_ref().take(BLOCK as u64).read_to_end(&mut block);
        let is_last = block.len() < BLOCK;
        // Bytes before an error are delivered.
        if !block.is_empty() && sender.send(Ok(block)).is_err() {
            return;
        }
        if is_last {
            let end_or_error = read.map(|_| Vec::new());
            // Sending fails only if the reader was dropped.
            let _ = sender.send(end_or_error);
            return;
        }
    }
}

impl Read for ReadAhead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let is_used_up = self.block.position() == self.block.get_ref().len() as u64;
        if is_used_up && !self.at_end {
            let received = self.blocks.recv();
            let block = received.map_err(|_| io::Error::other("the thread that unpacks the file ended early"))??;
            self.at_end = block.is_empty();
            self.block = Cursor::new(block);
        }
        self.block.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ERROR: &str = "Is a directory (os error 21)";

    /// Bytes, then [`ERROR`]: a folder can be opened, but not read.
    fn breaking(bytes: Vec<u8>) -> ReadAhead {
        ahead(Cursor::new(bytes).chain(std::fs::File::open(".").unwrap()))
    }

    fn ahead(input: impl Read + Send + 'static) -> ReadAhead {
        ReadAhead::of(input, |input| Ok(Box::new(input))).unwrap()
    }

    /// Bytes of which no two blocks are equal, because 251 does not divide a block.
    fn bytes(len: usize) -> Vec<u8> {
        (0..len).map(|place| u8::try_from(place % 251).unwrap()).collect()
    }

    #[test]
    fn every_byte_is_read_in_order_at_every_length() {
        for len in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 7 * BLOCK + 3] {
            let mut read = Vec::new();
            ahead(Cursor::new(bytes(len))).read_to_end(&mut read).unwrap();
            assert!(read == bytes(len), "{len}");
        }
    }

    #[test]
    fn the_bytes_before_an_error_are_read_before_it() {
        for len in [0, 5, BLOCK, 2 * BLOCK + 5] {
            let mut read = Vec::new();
            assert_eq!(breaking(bytes(len)).read_to_end(&mut read).unwrap_err().to_string(), ERROR);
            assert!(read == bytes(len), "{len}");
        }
    }

    #[test]
    fn a_thread_that_is_gone_is_an_error_and_no_end() {
        let mut reader = breaking(Vec::new());
        assert_eq!(reader.read(&mut [0]).unwrap_err().to_string(), ERROR);
        assert_eq!(reader.read(&mut [0]).unwrap_err().to_string(), "the thread that unpacks the file ended early");
    }
}
