//! The schema, step by step, the same for both engines.

use super::Engine;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr};
use std::borrow::Cow;

/// Every step in order; a step that has been released is never changed.
const STEPS: [Step; 7] = [
    Step {
        name: "start",
        sqlite: include_str!("schema/sqlite_1.sql"),
        postgres: include_str!("schema/postgres_1.sql"),
    },
    Step {
        name: "annexes",
        sqlite: include_str!("schema/sqlite_2.sql"),
        postgres: include_str!("schema/postgres_2.sql"),
    },
    Step {
        name: "commitments",
        sqlite: include_str!("schema/sqlite_3.sql"),
        postgres: include_str!("schema/postgres_3.sql"),
    },
    Step {
        name: "erasures",
        sqlite: include_str!("schema/sqlite_4.sql"),
        postgres: include_str!("schema/postgres_4.sql"),
    },
    Step {
        name: "channels",
        sqlite: include_str!("schema/sqlite_5.sql"),
        postgres: include_str!("schema/postgres_5.sql"),
    },
    Step {
        name: "contacts",
        sqlite: include_str!("schema/sqlite_6.sql"),
        postgres: include_str!("schema/postgres_6.sql"),
    },
    Step {
        name: "desks",
        sqlite: include_str!("schema/sqlite_7.sql"),
        postgres: include_str!("schema/postgres_7.sql"),
    },
];

struct Step {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

pub(super) fn migrator(engine: Engine) -> Migrator {
    let steps = (1..).zip(&STEPS).map(|(version, step)| {
        let sql = match engine {
            Engine::Sqlite => step.sqlite,
            Engine::Postgres => step.postgres,
        };
        let sql = AssertSqlSafe(sql).into_sql_str();
        Migration::new(version, Cow::Borrowed(step.name), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(steps.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tables of a step with their columns' names. The planner's samples are PostgreSQL's alone.
    fn columns(sql: &str) -> Vec<String> {
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let sampled = |line: &&str| line.contains("SET STATISTICS");
        let kept =
            sql.lines().filter(|l| !sampled(l)).map(words).filter(|w| w.len() > 1 && !w[0].starts_with(['-', ')']));
        let name = |w: Vec<String>| {
            if w[0].chars().any(char::is_uppercase) { w[..3.min(w.len())].join(" ") } else { w[0].clone() }
        };
        kept.map(name).collect()
    }

    #[test]
    fn both_engines_have_the_same_tables_and_columns() {
        for step in STEPS {
            assert_eq!(columns(step.sqlite), columns(step.postgres), "{}", step.name);
        }
    }
}
