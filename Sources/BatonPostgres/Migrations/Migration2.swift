extension Migration {
    /// What early certificates need to know of a server.
    static let takeover = Migration(version: 2) { schema in
        """
        ALTER TABLE \(schema.server)
            -- What other servers can see of it.
            ADD COLUMN presence uuid,
            -- Whether both of its connections stood at its last renewal.
            ADD COLUMN offers_takeover boolean NOT NULL DEFAULT false;
        """
    }
}
