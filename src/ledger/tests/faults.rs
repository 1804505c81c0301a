//! What SQLite and the disk under it can do to us, and what survives a crash.

use std::path::Path;

use super::calls::post;
use super::{airing_id, at, planned, receipt};
use crate::base::Digest;
use crate::ledger::upgrade;
use crate::ledger::*;
use crate::rundown::{Class, Outcome};

async fn fault_of(path: &Path) -> LedgerFault {
    Ledger::open(path).await.unwrap_err()
}

#[tokio::test]
async fn what_cannot_be_opened_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = folder.path().join("garbage.db");
    std::fs::write(&garbage, "this is a letter, not a database, and it is long enough to be read as one".repeat(20))
        .unwrap();
    assert!(matches!(fault_of(&garbage).await, LedgerFault::NotALedger(_)));

    let foreign = folder.path().join("foreign.db");
    make_database(&foreign, "CREATE TABLE songs (name TEXT)").await;
    let fault = fault_of(&foreign).await;
    assert!(matches!(fault, LedgerFault::NotALedger(_)), "{fault}");
    assert!(fault.to_string().contains("move that file away"), "{fault}");

    let newer = folder.path().join("newer.db");
    make_database(
        &newer,
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT); INSERT INTO meta VALUES ('schema', '99')",
    )
    .await;
    assert!(matches!(fault_of(&newer).await, LedgerFault::Newer { found: 99, .. }));

    let nowhere = fault_of(&folder.path().join("no/such/folder/ledger.db")).await;
    assert!(matches!(nowhere, LedgerFault::CannotOpen { .. }), "{nowhere}");
    // /proc takes no new files, even from root.
    let unwritable = fault_of(Path::new("/proc/ledger.db")).await;
    assert!(unwritable.to_string().contains("/proc/ledger.db"), "{unwritable}");
}

#[tokio::test]
async fn a_read_only_ledger_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("ledger.db")).await.unwrap();
    sqlx::query("PRAGMA query_only = ON").execute(&ledger.writer).await.unwrap();
    assert!(matches!(ledger.meta_set("zone", "Asia/Shanghai").await, Err(LedgerFault::ReadOnly)));
}

/// A COMMIT that fails, as on a full disk, leaves a connection that believes it is in a transaction. Here a constraint
/// that is looked at only then makes it fail.
#[tokio::test]
async fn a_failed_commit_does_not_stop_the_next_write() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("ledger.db")).await.unwrap();
    let mut tx = ledger.write().await.unwrap();
    sqlx::query("PRAGMA defer_foreign_keys = ON").execute(&mut *tx).await.unwrap();
    sqlx::query(
        "INSERT INTO calls (post, position, repeat, lane, robot, chat, channel, address, body, due, expires, state, \
         attempts, moved, ids, updated) VALUES ('none', 0, 0, 0, 'r', 'c', 'folder', '{}', '{}', 0, 0, 'waiting', 0, 0, '[]', 0)",
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    assert!(tx.commit().await.is_err());
    ledger.meta_set("zone", "Asia/Shanghai").await.unwrap();
    assert_eq!(ledger.meta_get("zone").await.unwrap().as_deref(), Some("Asia/Shanghai"));
}

#[tokio::test]
async fn a_full_disk_records_nothing_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("ledger.db")).await.unwrap();
    let (pages,): (i64,) = sqlx::query_as("PRAGMA page_count").fetch_one(&ledger.writer).await.unwrap();
    let limit = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {}", pages + 2));
    sqlx::query(limit).execute(&ledger.writer).await.unwrap();
    let many: Vec<_> = (0..5000).map(|i| planned(airing_id("x", i, "s1"))).collect();
    assert!(matches!(ledger.plan_airings(&many).await, Err(LedgerFault::DiskFull)));
    assert_eq!(ledger.airing(&many[0].id).await.unwrap(), None, "all or nothing");
    ledger.meta_set("zone", "Asia/Shanghai").await.unwrap();
}

async fn make_database(path: &Path, sql: &'static str) {
    let ledger = Ledger::open(path).await.unwrap();
    let tables: Vec<(String,)> =
        sqlx::query_as("SELECT name FROM sqlite_master WHERE type = 'table'").fetch_all(&ledger.writer).await.unwrap();
    sqlx::query("PRAGMA foreign_keys = OFF").execute(&ledger.writer).await.unwrap();
    for (table,) in tables {
        sqlx::query(sqlx::AssertSqlSafe(format!("DROP TABLE {table}"))).execute(&ledger.writer).await.unwrap();
    }
    sqlx::raw_sql(sql).execute(&ledger.writer).await.unwrap();
    ledger.close().await;
}

/// What a commit returned for is there after the program died: the files are copied as a crash leaves them, while the
/// connections are open, and opened elsewhere.
#[tokio::test]
async fn what_was_acknowledged_survives_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("ledger.db")).await.unwrap();
    ledger.enqueue(&[post("a", "c1", Class::Daily, at(0), 1)], at(0)).await.unwrap();
    let claims = ledger.claim_calls(at(0), at(180), 9, |_| true).await.unwrap();
    assert_eq!(claims.len(), 1);
    let airing = airing_id("x", 0, "s1");
    ledger.record_receipts("m", &[receipt(1, &airing, Outcome::Played)]).await.unwrap();
    // A transaction that was under way is not in it.
    let mut open = ledger.write().await.unwrap();
    sqlx::query("DELETE FROM airings").execute(&mut *open).await.unwrap();

    let crashed = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        if !file.file_name().to_string_lossy().ends_with("-shm") {
            std::fs::copy(file.path(), crashed.path().join(file.file_name())).unwrap();
        }
    }
    let after = Ledger::open(&crashed.path().join("ledger.db")).await.unwrap();
    after.integrity_check().await.unwrap();
    assert_eq!(after.airing(&airing).await.unwrap().unwrap().outcome, Some(Outcome::Played));
    let recovered = after.recover_calls(at(1), Leases::All, &[]).await.unwrap();
    assert_eq!(recovered, Recovered { waiting: 0, unknown: 1 });
}

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing() {
    let ledger = Ledger::in_memory().await.unwrap();
    let mut tx = ledger.write().await.unwrap();
    sqlx::query("INSERT INTO meta (key, value) VALUES ('a', 'b')").execute(&mut *tx).await.unwrap();
    drop(tx);
    assert_eq!(ledger.meta_get("a").await.unwrap(), None);
    ledger.meta_set("a", "c").await.unwrap();
}

#[tokio::test]
async fn a_backup_is_whole_or_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("ledger.db")).await.unwrap();
    ledger.meta_set("zone", "Asia/Shanghai").await.unwrap();
    let copy = folder.path().join("备份.db");
    ledger.backup_into(&copy).await.unwrap();
    ledger.meta_set("zone", "Asia/Urumqi").await.unwrap();
    ledger.backup_into(&copy).await.unwrap();
    let restored = Ledger::open(&copy).await.unwrap();
    assert_eq!(restored.meta_get("zone").await.unwrap().as_deref(), Some("Asia/Urumqi"));
    let fault = ledger.backup_into(&folder.path().join("missing/copy.db")).await.unwrap_err();
    assert!(matches!(fault, LedgerFault::Backup { .. }), "{fault}");
    let names: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!names.iter().any(|name| name.contains(".new")), "{names:?}");
    ledger.checkpoint().await.unwrap();
}

/// Readers never wait for the writer, and many writers at once all come through.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_come_through() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("ledger.db")).await.unwrap();
    let writers: Vec<_> = (0..40)
        .map(|i| {
            let ledger = ledger.clone();
            tokio::spawn(async move {
                ledger.audit_append("x", "test", &serde_json::json!(i), at(i)).await.unwrap();
                ledger.audit_rows(5).await.unwrap();
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(matches!(ledger.audit_verify().await.unwrap(), AuditCheck::Whole { rows: 40, .. }));
}

/// A ledger of every version since the first becomes, step by step, the one a new installation gets.
#[tokio::test]
async fn every_older_version_is_brought_to_this_one() {
    let fresh = shape(upgrade::SCHEMA, &[]).await;
    for version in 1..=upgrade::STEPS.len() {
        let path = format!("{}/src/ledger/upgrade/schema-{version}.sql", env!("CARGO_MANIFEST_DIR"));
        let old: &'static str = std::fs::read_to_string(&path).expect(&path).leak();
        assert_eq!(shape(old, &upgrade::STEPS[version - 1..]).await, fresh, "from version {version}");
    }
}

/// A schema that ledgers out there have is not changed in place: they would never get the change. To change it, see the
/// head of `schema.sql`; before the first release, put the new digest here instead.
#[test]
fn a_version_is_not_changed_in_place() {
    const DIGESTS: [&str; 10] = [
        "5e5afa1caa542434646450437eb640c7d9569262aee11a603d2535e3911e5593",
        "30ced37a7022c050c2d820f9465183312b408d8fd9caf7402e2ebc2393c40a09",
        "2448a5a53da4bbd2a36e90f80725de52ca0be3711d413e926de785e93474199c",
        "3d4b6891c986e836ebf352a4e838d2149122cd6f7bee3085b70eb36ced4f45bc",
        "c748f520dd93619b8b95ae743393e33c62ced3a4b08b882fc016e86d8ed9d147",
        "457428db47ddce5379c39cb162c7d69688e3bf8134668800a8f1a8f06f2b7244",
        "b26b7ae1437c647d6b5e5fd135e85d7aaefbce4f4b5e7dfabc987f8ba28c954b",
        "f15fbf8f86ac967dec2d6b5e73e1384fc3fc5e74e33b21d50e0fe1b39392e0f1",
        "dcfa38367aa2573975c2ad26549fe9b4bbca5c5f9703e2661506aeb485240db7",
        "d7d9beab7642e1e3c8bc3e3ad735674f80589a57575df54e05c0cf7af601553f",
    ];
    assert_eq!(Digest::of(upgrade::SCHEMA.as_bytes()).to_string(), DIGESTS[upgrade::STEPS.len()]);
}

/// A step that fails leaves the ledger at the version before it; the next start goes on from there.
#[tokio::test]
async fn upgrades_go_one_step_at_a_time() {
    const SCHEMA: &str = "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT); CREATE TABLE a (x TEXT)";
    const FIRST: &str = "ALTER TABLE a ADD COLUMN y TEXT; INSERT INTO a VALUES ('1', '2')";
    const BROKEN: &str = "CREATE TABLE b (x TEXT); INSERT INTO nowhere VALUES (1)";
    const MENDED: &str = "CREATE TABLE b (x TEXT)";
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("pool.db")).await.unwrap();
    let pool = &ledger.writer;
    for table in ["calls", "posts", "meta"] {
        sqlx::query(sqlx::AssertSqlSafe(format!("DROP TABLE {table}"))).execute(pool).await.unwrap();
    }
    sqlx::raw_sql(SCHEMA).execute(pool).await.unwrap();
    sqlx::query("INSERT INTO meta VALUES ('schema', '1')").execute(pool).await.unwrap();

    let path = Path::new("test");
    assert!(upgrade::run(pool, path, "never run", &[FIRST, BROKEN]).await.is_err());
    assert_eq!(ledger.meta_get("schema").await.unwrap().as_deref(), Some("2"));
    upgrade::run(pool, path, "never run", &[FIRST, MENDED]).await.unwrap();
    upgrade::run(pool, path, "never run", &[FIRST, MENDED]).await.unwrap();
    assert_eq!(ledger.meta_get("schema").await.unwrap().as_deref(), Some("3"));
    let (rows,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM a WHERE y = '2'").fetch_one(pool).await.unwrap();
    assert_eq!(rows, 1, "the first step ran once");
    let older = upgrade::run(pool, path, "never run", &[FIRST]).await;
    assert!(matches!(older, Err(LedgerFault::Newer { found: 3, known: 2 })));
}

/// Tables, columns and indexes after a schema and steps.
async fn shape(schema: &'static str, steps: &[&'static str]) -> Vec<(String, String, String, i32)> {
    let ledger = Ledger::in_memory().await.unwrap();
    sqlx::raw_sql("PRAGMA foreign_keys = OFF").execute(&ledger.writer).await.unwrap();
    let tables: Vec<(String,)> =
        sqlx::query_as("SELECT name FROM sqlite_master WHERE type = 'table'").fetch_all(&ledger.writer).await.unwrap();
    for (table,) in tables {
        let drop = sqlx::AssertSqlSafe(format!("DROP TABLE {table}"));
        sqlx::raw_sql(drop).execute(&ledger.writer).await.unwrap();
    }
    for text in std::iter::once(schema).chain(steps.iter().copied()) {
        sqlx::raw_sql(text).execute(&ledger.writer).await.unwrap();
    }
    sqlx::query_as(
        "SELECT m.type, m.name, COALESCE(i.name, ''), COALESCE(i.\"notnull\", 0) FROM sqlite_master m \
         LEFT JOIN pragma_table_info(m.name) i ORDER BY 1, 2, 3",
    )
    .fetch_all(&ledger.writer)
    .await
    .unwrap()
}
