//! The schema, step by step.

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr};
use std::borrow::Cow;

/// Every step in order; a step that has been released is never changed.
const STEPS: [(i64, &str, &str); 2] =
    [(1, "start", include_str!("schema.sql")), (2, "annexes", include_str!("schema_2.sql"))];

pub(super) fn migrator() -> Migrator {
    let steps = STEPS.iter().map(|(version, name, sql)| {
        let sql = AssertSqlSafe(*sql).into_sql_str();
        Migration::new(*version, Cow::Borrowed(*name), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(steps.collect())
}
