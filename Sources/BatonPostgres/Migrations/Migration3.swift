extension Migration {
    /// What the offer of an early certificate rests on.
    static let takeoverOffers = Migration(version: 3) { schema in
        """
        ALTER TABLE \(schema.server)
            -- The renewal before the last one; both connections of a server that offers a takeover stood after it.
            ADD COLUMN stood_after timestamptz;
        """
    }
}
