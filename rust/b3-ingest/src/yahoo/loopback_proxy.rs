//! A loopback proxy between the client library and Yahoo.
//!
//! yfinance-rs shows neither the headers of an answer (`Retry-After`) nor the rows that it leaves out, fails a whole
//! ticker for one volume written as a float, and never asks again for a body that was cut. It takes no transport of
//! ours, only an address. So it is given one: a listener on the loopback interface that lives for one question, asks
//! Yahoo the same question by [`Upstream`], keeps what Yahoo said, and passes on a body that the library reads whole.

use std::io;
use std::net::Ipv4Addr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::upstream::{Reply, Upstream};

/// Where the library finds charts; every other address of Yahoo is of no use here.
pub(super) const CHART_PATH: &str = "/v8/finance/chart/";

/// A listener for the client library.
#[derive(Debug)]
pub(super) struct LoopbackProxy {
    listener: TcpListener,
    address: String,
}

impl LoopbackProxy {
    /// A listener on a free loopback port.
    pub(super) async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = format!("http://{}", listener.local_addr()?);
        Ok(Self { listener, address })
    }

    /// What the library has to take for Yahoo.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Answers until dropped; the last reply about `symbol` is left in `last`.
    pub(super) async fn serve(
        &self,
        upstream: &Upstream,
        symbol: &str,
        deadline: Instant,
        last: &mut Option<Reply>,
    ) -> io::Error {
        loop {
            let exchange = async {
                let (mut stream, _) = self.listener.accept().await?;
                let Some(target) = read_target(&mut stream).await? else {
                    return Ok(());
                };
                if !target.starts_with(CHART_PATH) {
                    return respond(&mut stream, "404 Not Found", "only charts are relayed").await;
                }
                let reply = last.insert(upstream.ask(&target, symbol, deadline).await);
                match reply {
                    Reply::Good(answer) => respond(&mut stream, "200 OK", &answer.body).await,
                    Reply::NoData(reason) | Reply::Failed(reason) => {
                        respond(&mut stream, "404 Not Found", reason).await
                    }
                }
            };
            if let Err(error) = exchange.await {
                return error;
            }
        }
    }
}

/// The path and query of the request; `None` for what is no GET.
async fn read_target(stream: &mut TcpStream) -> io::Result<Option<String>> {
    const END: &[u8] = b"\r\n\r\n";
    const LONGEST: usize = 16 * 1024;
    let mut head = Vec::with_capacity(1024);
    while !head.windows(END.len()).any(|window| window == END) {
        if head.len() > LONGEST || stream.read_buf(&mut head).await? == 0 {
            return Ok(None);
        }
    }
    let head = String::from_utf8_lossy(&head);
    let mut words = head.split_ascii_whitespace();
    Ok((words.next() == Some("GET")).then(|| words.next().map(str::to_owned)).flatten())
}

async fn respond(stream: &mut TcpStream, status: &str, body: &str) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.shutdown().await
}
