//! A loopback proxy between the client library and Yahoo.
//!
//! yfinance-rs hides the headers of a response (`Retry-After`) and the rows that it drops, fails a
//! whole ticker for one volume written as a float, and does not repeat a request whose body was
//! truncated. Its transport cannot be replaced, only its address. So it gets the address of this
//! listener on the loopback interface. The listener exists for one call of the library: it sends
//! the request to Yahoo, keeps the response, and returns a body that the library reads completely.

use std::io;
use std::net::Ipv4Addr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::chart::{Chart, classify};
use crate::web::{Client, NoContent};

/// The path of charts; the library's other requests get a 404.
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

    /// The address that replaces Yahoo's.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Serves requests until dropped, or returns the error of a connection that fails; `last` gets
    /// the last reply about `symbol`.
    pub(super) async fn serve(
        &self,
        yahoo: &Client,
        symbol: &str,
        deadline: Instant,
        last: &mut Option<Result<Chart, NoContent>>,
    ) -> io::Error {
        loop {
            let served = async {
                let (mut stream, _) = self.listener.accept().await?;
                let Some(target) = read_target(&mut stream).await? else { return Ok(()) };
                if !target.starts_with(CHART_PATH) {
                    return respond(&mut stream, "404 Not Found", "only charts are relayed").await;
                }
                let asked = yahoo.ask(&target, deadline, |response| classify(response, symbol));
                match last.insert(asked.await) {
                    Ok(chart) => respond(&mut stream, "200 OK", &chart.body).await,
                    Err(NoContent::NoData(reason) | NoContent::Failed(reason)) => {
                        respond(&mut stream, "404 Not Found", reason).await
                    }
                }
            };
            if let Err(error) = served.await {
                return error;
            }
        }
    }
}

/// The path and query of the request; `None` if it is no complete GET, or too long.
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
    let is_get = words.next() == Some("GET");
    Ok(words.next().filter(|_| is_get).map(str::to_owned))
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
