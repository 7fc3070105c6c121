// The page can be read without this: it opens the dialogues that a link leads to, and sorts tables.
const open = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target || target.tagName !== "DETAILS") return;
  target.open = true;
  target.scrollIntoView();
  target.querySelector("summary").focus({ preventScroll: true });
};
addEventListener("hashchange", open);
addEventListener("click", event => {
  const link = event.target.closest('a[href^="#confusion-"]');
  if (link && link.hash === location.hash) open(); // the same link again is no change
});
open();

const number = text => Number(text.replace(/[,%]/g, ""));
for (const table of document.querySelectorAll("table.sortable")) {
  const [body] = table.tBodies;
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const falls = head.ariaSort ? head.ariaSort === "ascending" : column > 0;
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.ariaSort = falls ? "descending" : "ascending";
      const text = row => row.cells[column].textContent.trim();
      const order = column ? (a, b) => number(text(a)) - number(text(b)) : (a, b) => text(a).localeCompare(text(b));
      body.append(...[...body.rows].sort((a, b) => falls ? order(b, a) : order(a, b)));
    });
  });
}
