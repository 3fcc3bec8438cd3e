//! A web server with typical faults.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::http_server::{self, Request, Server};

/// The server's reaction to a request.
#[derive(Clone)]
pub(crate) enum Answer {
    /// The file, or the requested part of it if the request names no other etag; status 304 if its
    /// `If-None-Match` is this etag.
    File { content: Vec<u8>, etag: &'static str },
    /// As `File`, but whatever etag the request names; the connection is closed after this number
    /// of bytes of the body.
    Cut { content: Vec<u8>, etag: &'static str, after: usize },
    /// As `File`, but whatever etag the request names, and of a requested part at most this number
    /// of bytes.
    Piece { content: Vec<u8>, etag: &'static str, most: usize },
    /// This status and body, such as an HTML page.
    Page { status: &'static str, body: &'static str },
}

/// Serves the responses in turn, the last one repeatedly.
pub(crate) fn serving(answers: Vec<Answer>) -> Server {
    let turn = AtomicUsize::new(0);
    Server::start(move |request, _| {
        let turn = turn.fetch_add(1, Ordering::Relaxed).min(answers.len() - 1);
        http_server::Answer::Bytes(response(request, &answers[turn]))
    })
}

fn response(request: &Request, answer: &Answer) -> Vec<u8> {
    let header = |name: &str| request.headers.get(name).map(String::as_str);
    let start = header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    match answer {
        Answer::Page { status, body } => {
            format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).into()
        }
        Answer::File { etag, .. } if header("if-none-match") == Some(*etag) => {
            "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n".into()
        }
        Answer::File { content, etag } => {
            let start = start.filter(|_| header("if-range").is_none_or(|known| known == *etag));
            file(content, start, content.len(), etag, usize::MAX)
        }
        Answer::Cut { content, etag, after } => file(content, start, content.len(), etag, *after),
        Answer::Piece { content, etag, most } => {
            let end = start.map_or(content.len(), |start| content.len().min(start + most));
            file(content, start, end, etag, usize::MAX)
        }
    }
}

/// The response with the part of the file from `start` to `end`, or the whole file if `start` is
/// `None`. At most `sent` bytes of it are sent.
fn file(content: &[u8], start: Option<usize>, end: usize, etag: &str, sent: usize) -> Vec<u8> {
    let rest = &content[start.unwrap_or(0)..end];
    let status = if start.is_some() { "206 Partial Content" } else { "200 OK" };
    let range = start.map(|start| format!("Content-Range: bytes {start}-{}/{}\r\n", end - 1, content.len()));
    let range = range.unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{range}ETag: {etag}\r\n\r\n",
        rest.len()
    );
    [head.as_bytes(), &rest[..sent.min(rest.len())]].concat()
}
