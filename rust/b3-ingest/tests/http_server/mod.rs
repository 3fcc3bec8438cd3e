//! An HTTP server whose responses a test chooses.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A request as received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) query: HashMap<String, String>,
    pub(crate) at: Instant,
}

/// A response.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// Status, extra header lines, body.
    Whole(u16, &'static str, String),
    /// Status 200 with this body, whose second half is never sent.
    Cut(String),
    /// The connection is closed without a response.
    Nothing,
    /// The response, after this delay.
    Late(Duration, Box<Answer>),
}

/// A running server; it stops when this value is dropped.
pub(crate) struct Server {
    pub(crate) address: String,
    requests: Arc<Mutex<Vec<Request>>>,
    most_at_once: Arc<Mutex<(usize, usize)>>,
    task: JoinHandle<()>,
}

impl Server {
    /// A server whose responses are the results of `answer` for each request and the number of
    /// earlier requests for its path.
    pub(crate) async fn start(answer: impl Fn(&Request, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let most_at_once = Arc::new(Mutex::new((0, 0)));
        let (answer, log, most) = (Arc::new(answer), Arc::clone(&requests), Arc::clone(&most_at_once));
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (answer, log, most) = (Arc::clone(&answer), Arc::clone(&log), Arc::clone(&most));
                tokio::spawn(async move {
                    // Some tests close the connection early.
                    let _ = serve(stream, answer.as_ref(), &log, &most).await;
                });
            }
        });
        Self { address, requests, most_at_once, task }
    }

    /// Every request so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The largest number of requests that were served at the same time.
    pub(crate) fn most_at_once(&self) -> usize {
        self.most_at_once.lock().unwrap().1
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve<F>(
    mut stream: TcpStream,
    answer: &F,
    log: &Mutex<Vec<Request>>,
    most: &Mutex<(usize, usize)>,
) -> std::io::Result<()>
where
    F: Fn(&Request, usize) -> Answer,
{
    while let Some(request) = read_request(&mut stream).await? {
        let earlier = {
            let mut log = log.lock().unwrap();
            let earlier = log.iter().filter(|logged| logged.path == request.path).count();
            log.push(request.clone());
            earlier
        };
        {
            let mut most = most.lock().unwrap();
            most.0 += 1;
            most.1 = most.1.max(most.0);
        }
        let goes_on = send(&mut stream, answer(&request, earlier)).await;
        most.lock().unwrap().0 -= 1;
        if !goes_on? {
            return Ok(());
        }
    }
    Ok(())
}

async fn read_request(stream: &mut TcpStream) -> std::io::Result<Option<Request>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut head).await? == 0 {
            return Ok(None);
        }
    }
    let head = String::from_utf8(head).unwrap();
    let target = head.split(' ').nth(1).unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let query = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    Ok(Some(Request { path: path.to_owned(), query, at: Instant::now() }))
}

/// Sends the response; returns false if the connection was closed.
async fn send(stream: &mut TcpStream, answer: Answer) -> std::io::Result<bool> {
    match answer {
        Answer::Whole(status, headers, body) => {
            let head = format!("HTTP/1.1 {status} -\r\n{headers}content-length: {}\r\n\r\n", body.len());
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(body.as_bytes()).await?;
            Ok(true)
        }
        Answer::Cut(body) => {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(&body.as_bytes()[..body.len() / 2]).await?;
            stream.shutdown().await?;
            Ok(false)
        }
        Answer::Nothing => Ok(false),
        Answer::Late(delay, answer) => {
            tokio::time::sleep(delay).await;
            Box::pin(send(stream, *answer)).await
        }
    }
}

/// An HTML page instead of JSON.
pub(crate) fn html(status: u16, headers: &'static str) -> Answer {
    Answer::Whole(status, headers, "<!doctype html><html><body>Please try later</body></html>".to_owned())
}
