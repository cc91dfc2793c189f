import Core

extension Limit {
    /// SQL for what the holder of an account of `quota_limit l` is called: of a person the address as well.
    ///
    /// - Parameter id: the column with the holder.
    static func holderName(of id: String) -> String {
        """
        CASE l.scope
            WHEN 'organization' THEN (SELECT n.name FROM organization n WHERE n.id = \(id))
            WHEN 'project' THEN (SELECT n.name FROM project n WHERE n.id = \(id))
            WHEN 'model' THEN (SELECT n.name FROM model n WHERE n.id = \(id))
            WHEN 'key' THEN (SELECT k.name || ' (' || p.email || ')' FROM api_key k JOIN person p ON p.id = k.person
                              WHERE k.id = \(id))
            ELSE (SELECT CASE WHEN p.display_name = p.email THEN p.email
                              ELSE p.display_name || ' (' || p.email || ')' END
                    FROM person p WHERE p.id = \(id))
        END
        """
    }

    /// SQL for what the subject of `quota_limit l` is called.
    static let subjectName = """
        CASE l.scope WHEN 'tier' THEN (SELECT n.name FROM tier n WHERE n.id = l.subject)
                     ELSE \(holderName(of: "l.subject")) END
        """

    /// SQL for the name of the only model that `quota_limit l` counts.
    static let modelName = "(SELECT n.name FROM model n WHERE n.id = l.model)"
}
