"use strict";
// Sorts and filters the tables of the class report. Without it the page shows all rows: points by score, checks by name.
(() => {
  const ORDER = "✗○–!✓"; // outcomes sort by how much they ask of a reader
  const collator = new Intl.Collator("en", { numeric: true });
  const status = document.getElementById("shown");

  function valueOf(cell) {
    const text = cell ? (cell.dataset.value ?? cell.textContent.trim()) : "";
    if (text.length === 1 && ORDER.includes(text)) return ORDER.indexOf(text);
    return text === "" || Number.isNaN(Number(text)) ? text : Number(text);
  }

  function compare(a, b, direction) {
    if (a === "" || b === "") return (a === "") - (b === ""); // what is not known comes last, either way
    if (typeof a === "number" && typeof b === "number") return direction * (a - b);
    return direction * collator.compare(String(a), String(b));
  }

  function sort(table, heading) {
    const column = Number(heading.dataset.column);
    const before = heading.getAttribute("aria-sort");
    const first = heading.dataset.first || "ascending";
    const next = !before ? first : before === "ascending" ? "descending" : "ascending";
    for (const other of table.tHead.querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", next);
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [valueOf(row.cells[column]), row]);
    rows.sort(([a], [b]) => compare(a, b, next === "ascending" ? 1 : -1));
    body.append(...rows.map(([, row]) => row));
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    for (const heading of table.tHead.querySelectorAll("th[data-column]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(table, heading));
      heading.append(button);
    }
  }

  const tools = document.getElementById("tools");
  if (!tools) return;
  const [name, grade, check] = ["find-name", "find-grade", "find-check"].map((id) => document.getElementById(id));
  const rows = [...document.querySelectorAll("#points tbody tr")];
  const others = new Map([...document.querySelectorAll("#matrix tbody tr")].map((row) => [row.dataset.row, row]));

  function fits(row) {
    return (
      row.dataset.name.includes(name.value.trim().toLowerCase()) &&
      (grade.value === "" || grade.value === row.dataset.grade) &&
      (check.value === "" || row.dataset.open.split(" ").includes(check.value))
    );
  }

  function filter() {
    let shown = 0;
    for (const row of rows) {
      const hidden = !fits(row);
      row.hidden = hidden;
      if (others.has(row.dataset.row)) others.get(row.dataset.row).hidden = hidden;
      shown += !hidden;
    }
    status.textContent = `${shown} of ${rows.length} submissions shown`;
  }

  for (const field of [name, grade, check]) field.addEventListener("input", filter);
  document.getElementById("find-all").addEventListener("click", () => {
    for (const field of [name, grade, check]) field.value = "";
    filter();
    name.focus();
  });
  for (const link of document.querySelectorAll("a[data-check]")) {
    link.addEventListener("click", () => {
      name.value = grade.value = "";
      check.value = link.dataset.check;
      filter();
    });
  }
  tools.hidden = false;
  filter();
})();
