import Hummingbird
import Mustache
// placeholder
