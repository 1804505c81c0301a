//! The box's own socket: one line of JSON asks, one line answers. Who may open the file may ask.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;

use super::{Said, Spot, What, Wish};

/// In the data folder.
const NAME: &str = "station.sock";
/// A reason of 200 characters, and what stands around it.
const LINE_BYTES_MAX: u64 = 4096;
/// For a caller to ask and to take the answer; the scheduling thread answers within two seconds.
const CALL_MAX: Duration = Duration::from_secs(10);
/// People at one box.
const CALLERS_MAX: usize = 8;

/// Why a command was not carried to the daemon.
#[derive(Debug, thiserror::Error)]
pub enum SocketFault {
    #[error("no `cunxiang station run` answers on {path} ({source}); start it first")]
    Closed { path: PathBuf, source: std::io::Error },
    #[error("what answered on {path} is no box of this version; restart its daemon")]
    Unreadable { path: PathBuf },
}

/// Takes the socket; one that a killed daemon left behind is replaced. For who holds the data folder alone.
///
/// Errors: it cannot be made.
pub fn listen(data: &Path) -> std::io::Result<UnixListener> {
    let path = data.join(NAME);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o660))?;
    Ok(listener)
}

/// Answers for ever.
pub async fn serve(listener: UnixListener, spot: Arc<dyn Spot>) {
    let places = Arc::new(Semaphore::new(CALLERS_MAX));
    loop {
        let place = places.clone().acquire_owned().await.expect("nobody closes the places");
        let Ok((caller, _)) = listener.accept().await else {
            // Out of descriptors, say: what is open may close meanwhile.
            tokio::time::sleep(Duration::from_secs(1)).await;
            continue;
        };
        let spot = spot.clone();
        tokio::spawn(async move {
            let _place = place;
            let _ = tokio::time::timeout(CALL_MAX, answer(caller, spot)).await;
        });
    }
}

async fn answer(caller: UnixStream, spot: Arc<dyn Spot>) -> std::io::Result<()> {
    let (reader, mut writer) = caller.into_split();
    let mut line = String::new();
    tokio::io::BufReader::new(reader.take(LINE_BYTES_MAX)).read_line(&mut line).await?;
    let said = match serde_json::from_str::<Wish>(&line) {
        Ok(wish) => tokio::task::spawn_blocking(move || super::wish(&*spot, wish)).await?,
        Err(error) => Said { what: What::Failed, say: format!("the question does not read: {error}") },
    };
    let mut bytes = serde_json::to_vec(&said).expect("an answer is always written");
    bytes.push(b'\n');
    writer.write_all(&bytes).await
}

/// Asks the daemon of this data folder.
///
/// Errors: none runs, or another version of it.
pub fn ask(data: &Path, wish: &Wish) -> Result<Said, SocketFault> {
    let path = data.join(NAME);
    let asked = || -> std::io::Result<String> {
        let mut daemon = std::os::unix::net::UnixStream::connect(&path)?;
        daemon.set_read_timeout(Some(CALL_MAX))?;
        let mut bytes = serde_json::to_vec(wish).expect("a wish is always written");
        bytes.push(b'\n');
        daemon.write_all(&bytes)?;
        let mut line = String::new();
        BufReader::new(daemon).read_line(&mut line)?;
        Ok(line)
    };
    let line = asked().map_err(|source| SocketFault::Closed { path: path.clone(), source })?;
    serde_json::from_str(&line).map_err(|_| SocketFault::Unreadable { path })
}
