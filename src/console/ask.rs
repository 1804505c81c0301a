//! The other end of the control socket: asks a running daemon, from another process.

use std::io;
use std::path::Path;

use crate::console::control::{Answer, Ask, SOCKET};

/// Asks a running daemon, from another process.
///
/// Errors: no daemon runs on this data folder, or this user may not speak with it.
pub fn ask(data: &Path, ask: &Ask) -> io::Result<Answer> {
    use std::io::{BufRead, Write};
    let mut stream = std::os::unix::net::UnixStream::connect(data.join(SOCKET))?;
    // The daemon may be in the middle of a long commit, and its account may be looked up on a server.
    stream.set_read_timeout(Some(std::time::Duration::from_secs(120)))?;
    stream.set_write_timeout(Some(std::time::Duration::from_secs(10)))?;
    let mut line = serde_json::to_string(ask)?;
    line.push('\n');
    // Whoever is turned away is answered before the question is read.
    let written = stream.write_all(line.as_bytes());
    let mut answer = String::new();
    if std::io::BufReader::new(stream).read_line(&mut answer)? == 0 {
        written?;
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    serde_json::from_str(&answer).map_err(io::Error::other)
}
