/// A small list of our own of what is tried first. It replaces no list of breached passwords.
enum CommonPasswords {
    /// Refused as they are. Only those of eight characters and more: shorter ones are refused by their length.
    static let all: Set<String> = [
        "1234567890", "0987654321", "123456789", "987654321", "12345678", "87654321", "123123123", "11223344",
        "1q2w3e4r", "1q2w3e4r5t", "1qaz2wsx", "q1w2e3r4", "zaq12wsx", "qwer1234", "asdf1234", "abcd1234", "a1b2c3d4",
        "qwertyuiop", "asdfghjkl", "asdfasdf", "qweasdzxc", "qazwsxedc", "p@ssw0rd", "p@ssword", "passw0rd", "pa55word",
        "pa$$word", "12341234", "123qweasd", "qwerty12", "trustno1", "iloveyou", "letmein1", "administrator",
        "changeit",
        "default1", "testtest", "passpass", "adminadmin", "rootroot",
    ]

    /// Refused with digits and signs before or behind them as well.
    static let words: Set<String> = [
        "password", "passwort", "passwd", "motdepasse", "contraseña", "contrasena", "senha", "parola", "wachtwoord",
        "qwerty", "qwertz", "azerty", "qwertyuiop", "letmein", "welcome", "willkommen", "bienvenue", "iloveyou",
        "admin",
        "administrator", "root", "user", "guest", "test", "testing", "default", "changeme", "secret", "geheim", "login",
        "master", "monkey", "dragon", "football", "baseball", "sunshine", "princess", "shadow", "superman", "batman",
        "pokemon", "starwars", "whatever", "computer", "internet", "summer", "winter", "spring", "autumn", "january",
        "february", "march", "april", "june", "july", "august", "september", "october", "november", "december",
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "hello", "hallo", "freedom",
        "michael", "jordan", "charlie", "sluice", "openai", "chatgpt",
    ]
}
