"use strict";
// The page says everything without this: it adds sorting, and picking out classes.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  const key = (row, column) => row.cells[column].textContent.trim();
  heads.forEach((head, column) => {
    head.dataset.sort = "";
    head.tabIndex = 0;
    const sort = () => {
      const falling = head.getAttribute("aria-sort") === "ascending";
      heads.forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", falling ? "descending" : "ascending");
      const rows = [...table.tBodies[0].rows];
      const numeric = rows.every(row => key(row, column) === "" || !Number.isNaN(parseFloat(key(row, column))));
      rows.sort((a, b) => (numeric ? (parseFloat(key(a, column)) || 0) - (parseFloat(key(b, column)) || 0) : key(a, column).localeCompare(key(b, column))) * (falling ? -1 : 1));
      table.tBodies[0].append(...rows);
    };
    head.addEventListener("click", sort);
    head.addEventListener("keydown", event => { if (event.key === "Enter") sort(); });
  });
}

for (const legend of document.querySelectorAll(".legend")) {
  const points = [...document.querySelectorAll(".map i")];
  for (const item of legend.children) {
    item.tabIndex = 0;
    const choose = () => {
      item.classList.toggle("on");
      const chosen = [...legend.querySelectorAll(".on")].map(on => on.dataset.class);
      legend.classList.toggle("chosen", chosen.length > 0);
      points.forEach(point => point.classList.toggle("dim", chosen.length > 0 && !chosen.some(name => point.classList.contains(name))));
    };
    item.addEventListener("click", choose);
    item.addEventListener("keydown", event => { if (event.key === "Enter") choose(); });
  }
}

for (const table of document.querySelectorAll("table.confusion")) {
  table.addEventListener("mouseover", event => {
    const cell = event.target.closest("tbody td");
    table.querySelectorAll(".lit").forEach(lit => lit.classList.remove("lit"));
    if (!cell) return;
    cell.parentElement.cells[0].classList.add("lit");
    table.tHead.rows[0].cells[cell.cellIndex].classList.add("lit");
  });
}
