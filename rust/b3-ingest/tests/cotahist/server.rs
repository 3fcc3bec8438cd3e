//! A web server with typical faults.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// The server's reaction to a request.
#[derive(Clone)]
pub(crate) enum Answer {
    /// The file, or the requested part of it.
    File { content: Vec<u8>, etag: &'static str },
    /// As `File`, but the connection is closed after this number of bytes of the body.
    Cut { content: Vec<u8>, etag: &'static str, after: usize },
    /// The complete file, whatever part is requested.
    Whole { content: Vec<u8> },
    /// Another status with an HTML page.
    Page { status: &'static str, body: &'static str },
}

/// Serves the responses in turn, the last one repeatedly, and records the requests.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) requests: Arc<Mutex<Vec<Request>>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) range: Option<String>,
    pub(crate) if_none_match: Option<String>,
}

impl Server {
    pub(crate) fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        std::thread::spawn(move || {
            for (turn, stream) in listener.incoming().enumerate() {
                let answer = &answers[turn.min(answers.len() - 1)];
                let _ = stream.and_then(|stream| serve(stream, answer, &kept));
            }
        });
        Self { url, requests }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, answer: &Answer, kept: &Mutex<Vec<Request>>) -> std::io::Result<()> {
    let request = read_request(&stream)?;
    kept.lock().unwrap().push(request.clone());
    let start = request.range.as_ref().and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    match answer {
        Answer::Page { status, body } => {
            write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
        }
        Answer::Whole { content } => send(&mut stream, content, None, "", content.len()),
        Answer::File { etag, .. } if request.if_none_match.as_deref() == Some(*etag) => {
            write!(stream, "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n")
        }
        Answer::File { content, etag } => send(&mut stream, content, start, etag, usize::MAX),
        Answer::Cut { content, etag, after } => send(&mut stream, content, start, etag, *after),
    }
}

fn send(stream: &mut TcpStream, content: &[u8], start: Option<usize>, etag: &str, most: usize) -> std::io::Result<()> {
    let rest = &content[start.unwrap_or(0)..];
    let status = if start.is_some() { "206 Partial Content" } else { "200 OK" };
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n", rest.len())?;
    if let Some(start) = start {
        write!(stream, "Content-Range: bytes {start}-{}/{}\r\n", content.len() - 1, content.len())?;
    }
    if !etag.is_empty() {
        write!(stream, "ETag: {etag}\r\n")?;
    }
    write!(stream, "\r\n")?;
    stream.write_all(&rest[..most.min(rest.len())])?;
    stream.flush()
}

fn read_request(stream: &TcpStream) -> std::io::Result<Request> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let mut request =
        Request { path: first.split(' ').nth(1).unwrap_or_default().to_owned(), range: None, if_none_match: None };
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(": ") else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "range" => request.range = Some(value.to_owned()),
            "if-none-match" => request.if_none_match = Some(value.to_owned()),
            _ => {}
        }
    }
    Ok(request)
}
