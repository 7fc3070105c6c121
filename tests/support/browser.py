"""A browser window on the page, with the requests that it sent and the errors in it."""

from urllib.parse import urlsplit

WIDE, PHONE = {"width": 1100, "height": 860}, {"width": 360, "height": 740}

# Of every visible text: its colour, and that of the background behind it.
_TEXTS = r"""() => {
  const texts = [];
  const ground = element => {  // transparent colours are blended with those behind them
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      const [red, green, blue, alpha = 1] = colour.match(/[\d.]+/g).map(Number);
      layers.push([[red, green, blue], alpha]);
    }
    const dark = getComputedStyle(document.documentElement).getPropertyValue("color-scheme").includes("dark")
      && matchMedia("(prefers-color-scheme: dark)").matches;
    const colour = layers.reverse().reduce(
      (below, [above, alpha]) => below.map((part, place) => part * (1 - alpha) + above[place] * alpha),
      dark ? [18, 18, 18] : [255, 255, 255]);
    return `rgb(${colour.join(", ")})`;
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement, text = walk.currentNode.textContent.trim();
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    if (!text || box.width < 2 || element.disabled || style.visibility === "hidden") continue;
    const large = parseFloat(style.fontSize) >= 24
      || parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700;
    const colour = element.closest("svg") ? style.fill : style.color;
    texts.push([text.slice(0, 40), colour, ground(element), large]);
  }
  return texts;
}"""
# The controls and their names, as a screen reader announces them.
_CONTROLS = """() => [...document.querySelectorAll("button, a, input, select, textarea, summary, progress")]
  .filter(one => one.type !== "hidden")
  .map(one => [one.outerHTML.slice(0, 80), (one.getAttribute("aria-label") || one.labels && [...one.labels]
    .map(label => label.textContent).join(" ") || one.textContent).trim()])"""
_FACTS = """() => ({
  lang: document.documentElement.lang,
  title: document.title,
  mains: document.querySelectorAll("main").length,
  firsts: document.querySelectorAll("h1").length,
  levels: [...document.querySelectorAll("h1, h2, h3")].map(one => Number(one.tagName[1])),
  doubles: [...document.querySelectorAll("[id]")].map(one => one.id)
    .filter((id, place, all) => all.indexOf(id) !== place),
  described: [...document.querySelectorAll("[aria-describedby], [aria-labelledby]")].flatMap(one =>
    [one.getAttribute("aria-describedby"), one.getAttribute("aria-labelledby")].filter(Boolean)
      .flatMap(ids => ids.split(" "))).filter(id => !document.getElementById(id)),
  images: document.querySelectorAll("img:not([alt]), svg:not([aria-hidden], [role=img][aria-label])").length,
  tables: [...document.querySelectorAll("th:not([scope])")].length,
})"""


def _luminance(colour):
    channels = [float(part) / 255 for part in colour.partition("(")[2].rstrip(")").split(",")[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    """Return the contrast ratio of two colours, as WCAG 2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


class Visitor:
    """A browser window that collects the errors and the hosts of its requests."""

    def __init__(self, browser, address, screen):
        self.address, self.errors, self.hosts = address, [], set()
        scripted = screen.pop("javascript", True)
        self.may_fail = screen.pop("may_fail", False)  # a refused form is an error on the console
        settings = {"viewport": WIDE, "java_script_enabled": scripted, **screen}
        self._context = browser.new_context(**settings)
        self.page = self._context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.on(
            "console", lambda entry: entry.type in ("error", "warning") and self.errors.append(entry.text)
        )
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def go(self, path):
        self.page.goto(self.address + path)
        return self.page

    def say(self, text):
        """Send a text, and wait for the turn."""
        turns = self.page.locator(".turn").count()
        self.page.fill("#user", text)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(f"#turn-{turns + 1}")

    def correct(self, turn, action):
        if not self.page.is_visible(f"#actions-{turn}"):
            self.page.click(f"#turn-{turn} summary")
        self.page.select_option(f"#actions-{turn}", action)
        self.page.click(f"#correct-{turn}")
        self.page.wait_for_selector("#changed")

    @property
    def focused(self):
        return self.page.evaluate("document.activeElement.id")

    def check(self):
        """Check the accessibility: names of controls, order of headings, contrast, width."""
        facts = self.page.evaluate(_FACTS)
        assert facts["lang"] == "en"
        assert facts["title"].endswith("turncast")
        assert (facts["mains"], facts["firsts"], facts["images"], facts["tables"]) == (1, 1, 0, 0)
        assert facts["doubles"] == facts["described"] == []
        assert facts["levels"][0] == 1
        steps = zip(facts["levels"], facts["levels"][1:], strict=False)
        assert all(later <= earlier + 1 for earlier, later in steps)
        for control, name in self.page.evaluate(_CONTROLS):
            assert name, control
        for text, colour, ground, large in self.page.evaluate(_TEXTS):
            assert contrast(colour, ground) >= (3 if large else 4.5), (text, colour, ground)
        width = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1]

    def leave(self):
        self._context.close()
        assert self.hosts == {urlsplit(self.address).netloc}
        if not self.may_fail:
            assert self.errors == [], self.errors
