import GRDB
// placeholder
