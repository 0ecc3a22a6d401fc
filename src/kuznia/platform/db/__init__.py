"""The database: sessions, tables, migrations and backups."""
