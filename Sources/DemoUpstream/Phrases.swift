/// What the stand-in's replies are put together from. `{topic}` becomes the first words of the question.
enum Phrases {
    static let openings = [
        "You asked about {topic}. I am the **stand-in**: there is no model behind me, but every token is counted.",
        "About {topic}: this reply comes from the **stand-in**, which knows nothing and says it in good Markdown.",
        "Here is something to read on {topic}. The **stand-in** made it up; connect a model for a real answer.",
    ]

    static let thoughts = [
        "The question is {topic}.",
        "First I should see what is really asked, and what can be left out.",
        "There are two ways to look at it, and the shorter one is probably enough.",
        "I could answer with a table, but a list reads faster on a telephone.",
        "Let me check the numbers once more before I write them down.",
    ]

    static let headings = [
        "The short answer", "What {topic} comes down to", "In practice", "Where it goes wrong", "Before you begin",
    ]

    static let sentences = [
        "The useful part of {topic} is smaller than it looks.",
        "Most of the work is done once the *right* question is on the table.",
        "A measurement taken twice is worth more than an opinion held for years.",
        "If two rules disagree, keep the one that somebody can still explain.",
        "Nothing here depends on speed; it depends on the order of the steps.",
        "The first version may be plain, as long as it is **complete**.",
        "Water finds the lowest point, and so do mistakes: look there first.",
        "With a field of 12 hectares and 3 gates, each gate serves 4 hectares.",
        "You can undo every step but the last, so read the last one again.",
        "What is not written down will be decided by whoever is in a hurry.",
        "For background see [the manual](https://example.com/manual), chapter 4.",
        "The command `status` shows the same thing in one line.",
    ]

    static let points = [
        "Write down what {topic} is supposed to achieve",
        "Leave out whatever nobody would miss",
        "Measure before and after, with **the same** instrument",
        "Ask the person who has to live with it",
        "Keep a copy of the old state for a week",
        "Name one thing that would prove this wrong",
        "Check `limits` and `usage` before the long run",
        "Tell the others on the same channel",
    ]

    /// Values where a function or a schema wants some string.
    static let words = [
        "north", "oak", "harbour", "willow", "mill", "meadow", "lantern", "reed", "ford", "amber", "copper", "heron",
        "barley", "slate", "april", "ferry", "linden", "quay", "moss", "orchard", "plover", "ridge",
    ]

    static let rows = ["Do nothing", "Repair", "Replace", "Borrow", "Share by the hour", "Share by volume"]
    static let verdicts = ["good", "fair", "too slow", "costly", "worth a try"]

    static let code = [
        """
        ```swift
        /// What is left of a limit, never below zero.
        func remaining(of limit: Int64, used: Int64, held: Int64) -> Int64 {
            max(0, limit - used - held)
        }
        ```
        """,
        """
        ```python
        def share(total: int, fields: list[str]) -> dict[str, int]:
            each, rest = divmod(total, len(fields))
            return {name: each + (i < rest) for i, name in enumerate(fields)}
        ```
        """,
        """
        ```sh
        curl -s http://127.0.0.1:8089/v1/models | jq -r '.data[].id'
        ```
        """,
        """
        ```sql
        SELECT person, sum(tokens) AS used
        FROM usage WHERE day >= '2026-01-01'
        GROUP BY person ORDER BY used DESC;
        ```
        """,
        """
        ```json
        {"gate": "north", "open": true, "litres_per_second": 42.5}
        ```
        """,
    ]

    static let foreign = [
        "Auf Deutsch gesagt: Das Wehr öffnet erst, wenn genügend Wasser da ist – größere Mengen brauchen Geduld.",
        "En español: ¿cuánta agua queda? La compuerta sólo se abre cuando el nivel es suficiente.",
        "En français : l’écluse s’ouvre dès que le niveau est atteint, ni avant ni après.",
        "日本語では：水門は、水位が十分なときだけ開きます。残りは明日の朝に戻ります。",
        "По-русски: шлюз открывается только тогда, когда воды достаточно.",
        "Στα ελληνικά: η θύρα ανοίγει μόνο όταν το νερό φτάνει.",
        "بالعربية: لا تُفتح البوابة إلا عندما يكفي الماء.",
        "한국어로는: 수문은 물이 충분할 때만 열립니다. 🌊💧👩‍🌾",
    ]
}
