// Optional: sorts tables, and opens the target of a link in older browsers.
const open = () => {
  const target = document.getElementById(location.hash.slice(1));
  const details = target && target.closest("details");
  if (!details || details.open) return;
  details.open = true;
  target.scrollIntoView();
};
addEventListener("hashchange", open);
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
