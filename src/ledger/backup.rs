//! A copy of the ledger that is whole: made beside its name, checked, and only then put there.

use std::fs::File;
use std::path::Path;

use sqlx::{AnyConnection, Connection as _};

use super::open::{check, url_of};
use super::{Ledger, LedgerFault};

impl Ledger {
    /// Writes a checked copy of all that is committed to `path`, over what is there. Writers wait while it is made.
    ///
    /// Errors: the folder cannot be written, the disk is full, the copy is not whole; what was at `path` is untouched
    /// then.
    pub async fn backup_into(&self, path: &Path) -> Result<(), LedgerFault> {
        let failed = |why: String| LedgerFault::Backup { path: path.to_owned(), why };
        let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(|| failed("it names no file".into()))?;
        let beside = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
        let _ = std::fs::remove_file(&beside);
        let result = self.copy_to(&beside).await.map_err(|fault| failed(fault.to_string()));
        let result = result.and_then(|()| {
            File::open(&beside).and_then(|file| file.sync_all()).map_err(|e| failed(e.to_string()))?;
            std::fs::rename(&beside, path).map_err(|e| failed(e.to_string()))?;
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(|e| failed(e.to_string()))
        });
        if result.is_err() {
            let _ = std::fs::remove_file(&beside);
        }
        result
    }

    async fn copy_to(&self, beside: &Path) -> Result<(), LedgerFault> {
        let text = beside.to_str().ok_or_else(|| LedgerFault::NotText("the name of the backup".into()))?;
        sqlx::query("VACUUM INTO $1").bind(text.to_owned()).execute(&self.writer).await?;
        let mut copy = AnyConnection::connect(&format!("{}?mode=ro", url_of(beside)?)).await?;
        let result = check(&mut copy).await;
        copy.close().await?;
        result
    }
}
