"""Forms as a browser without scripts reads them."""
import html.parser


def form_fields(page, action):
    """What a browser would send of the form that is posted to this action if nobody touched it.

    A name that ends in `[]` has a list; a button is not pressed.
    """
    parser = FormParser(action)
    parser.feed(page)
    assert parser.was_found, f"no form {action} on the page"
    return parser.fields


class FormParser(html.parser.HTMLParser):
    def __init__(self, action):
        super().__init__()
        self.action, self.fields = action, {}
        self.is_inside = self.was_found = False
        self.area = self.select = None

    def handle_starttag(self, tag, attributes):
        attributes = {name: value or "" for name, value in attributes}
        if tag == "form" and not self.was_found and (attributes.get("method"), attributes.get("action")) == ("post", self.action):
            self.is_inside = self.was_found = True
        if not self.is_inside:
            return
        name = attributes.get("name")
        if tag == "input" and name and self.is_sent(attributes):
            self.put(name, attributes.get("value", "on"))
        elif tag == "textarea" and name:
            self.area = name
            self.fields[name] = ""
        elif tag == "select" and name:
            self.select = name
        elif tag == "option" and self.select and ("selected" in attributes or self.select not in self.fields):
            self.fields[self.select] = attributes.get("value", "")

    def is_sent(self, attributes):
        return attributes.get("type") not in ("checkbox", "radio", "submit") or "checked" in attributes

    def put(self, name, value):
        if name.endswith("[]"):
            self.fields.setdefault(name, []).append(value)
        else:
            self.fields[name] = value

    def handle_data(self, text):
        if self.area:
            self.fields[self.area] += text

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.area = None
        elif tag == "select":
            self.select = None
        elif tag == "form":
            self.is_inside = False
