//! A SOCKS5 proxy on loopback (RFC 1928, no login): whatever name it is asked for, it connects to one place.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub struct Socks {
    pub address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Socks {
    /// Names and ports that it was asked for.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

pub async fn start(leads_to: String) -> Socks {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = asked.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (seen, leads_to) = (seen.clone(), leads_to.clone());
            tokio::spawn(async move { serve(stream, &leads_to, &seen).await });
        }
    });
    Socks { address, asked }
}

async fn serve(mut client: TcpStream, leads_to: &str, asked: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut head = [0; 2];
    client.read_exact(&mut head).await?;
    let mut methods = vec![0; head[1].into()];
    client.read_exact(&mut methods).await?;
    assert!(head[0] == 5 && methods.contains(&0), "version 5, without a login");
    client.write_all(&[5, 0]).await?;
    let mut request = [0; 5];
    client.read_exact(&mut request).await?;
    assert_eq!(request[..4], [5, 1, 0, 3], "to connect to a name: nobody here looks it up");
    let mut name = vec![0; usize::from(request[4]) + 2];
    client.read_exact(&mut name).await?;
    let port = name.split_off(name.len() - 2);
    let port = u16::from_be_bytes([port[0], port[1]]);
    asked.lock().unwrap().push(format!("{}:{port}", String::from_utf8(name).unwrap()));
    let mut server = TcpStream::connect(leads_to).await?;
    client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).await?;
    tokio::io::copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}
