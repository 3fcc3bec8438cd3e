//! An HTTP server whose responses a test chooses.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// A request as received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) query: HashMap<String, String>,
    /// The values of the header lines, by their names in lower case.
    pub(crate) headers: HashMap<String, String>,
    pub(crate) at: Instant,
}

#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// Status, extra header lines, body.
    Whole(u16, &'static str, String),
    /// These bytes, after which the connection is closed.
    Bytes(Vec<u8>),
    /// The response, after this delay.
    Late(Duration, Box<Answer>),
}

impl Answer {
    /// The connection is closed without a response.
    pub(crate) const NOTHING: Self = Self::Bytes(Vec::new());

    /// This status and body, without extra header lines.
    pub(crate) fn with_body(status: u16, body: impl Into<String>) -> Self {
        Self::Whole(status, "", body.into())
    }

    /// Status 200 with this body, whose second half is never sent.
    pub(crate) fn cut(body: &str) -> Self {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        Self::Bytes([head.as_bytes(), &body.as_bytes()[..body.len() / 2]].concat())
    }
}

/// A server, which runs until the process ends.
pub(crate) struct Server {
    pub(crate) address: String,
    log: Arc<Log>,
}

#[derive(Default)]
struct Log {
    requests: Mutex<Vec<Request>>,
    served_now: AtomicUsize,
    most_at_once: AtomicUsize,
}

impl Server {
    /// A server that responds with `answer(request, earlier)`; `earlier` is the number of earlier
    /// requests for the same path.
    pub(crate) fn start(answer: impl Fn(&Request, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let log = Arc::new(Log::default());
        let (answer, kept) = (Arc::new(answer), Arc::clone(&log));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (answer, log) = (Arc::clone(&answer), Arc::clone(&kept));
                // Some tests close the connection early: errors are ignored.
                thread::spawn(move || stream.and_then(|stream| serve(&stream, answer.as_ref(), &log)));
            }
        });
        Self { address, log }
    }

    /// Every request so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.log.requests.lock().unwrap().clone()
    }

    /// The largest number of requests that were served at the same time.
    pub(crate) fn most_at_once(&self) -> usize {
        self.log.most_at_once.load(Ordering::SeqCst)
    }
}

/// Serves the requests of a connection until either side closes it.
fn serve(stream: &TcpStream, answer: &impl Fn(&Request, usize) -> Answer, log: &Log) -> io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    while let Some(request) = read_request(&mut lines)? {
        let earlier = {
            let mut requests = log.requests.lock().unwrap();
            requests.push(request.clone());
            requests.iter().filter(|logged| logged.path == request.path).count() - 1
        };
        let served_now = log.served_now.fetch_add(1, Ordering::SeqCst) + 1;
        log.most_at_once.fetch_max(served_now, Ordering::SeqCst);
        let stays_open = send(stream, answer(&request, earlier));
        log.served_now.fetch_sub(1, Ordering::SeqCst);
        if !stays_open? {
            break;
        }
    }
    Ok(())
}

fn read_request(lines: &mut impl Iterator<Item = io::Result<String>>) -> io::Result<Option<Request>> {
    let Some(first) = lines.next().transpose()? else { return Ok(None) };
    let mut headers = HashMap::new();
    for line in lines {
        match line?.split_once(": ") {
            Some((name, value)) => headers.insert(name.to_lowercase(), value.to_owned()),
            None => break,
        };
    }
    let target = first.split(' ').nth(1).unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let query = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    Ok(Some(Request { path: path.to_owned(), query, headers, at: Instant::now() }))
}

/// Sends the response, and returns whether the connection stays open.
fn send(mut stream: &TcpStream, answer: Answer) -> io::Result<bool> {
    match answer {
        Answer::Whole(status, headers, body) => {
            write!(stream, "HTTP/1.1 {status} -\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())?;
            Ok(true)
        }
        Answer::Bytes(bytes) => stream.write_all(&bytes).map(|()| false),
        Answer::Late(delay, answer) => {
            thread::sleep(delay);
            send(stream, *answer)
        }
    }
}

/// An HTML page instead of JSON.
pub(crate) fn html(status: u16, headers: &'static str) -> Answer {
    Answer::Whole(status, headers, "<!doctype html><html><body>Please try later</body></html>".to_owned())
}
