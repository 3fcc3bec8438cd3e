// The search box: a combobox that lists the tickers matching the typed text.

const MOST_FOUND = 10;

function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

// Tickers that begin with the typed text, then those that contain it.
function matching(names, typed) {
  const begin = names.filter((name) => name.startsWith(typed));
  return [...begin, ...names.filter((name) => name.includes(typed) && !name.startsWith(typed))];
}

// Makes the box search `names` and call `choose(name)`; `about(name)` is shown beside each.
function makeSearch(names, about, choose) {
  const box = document.getElementById("search");
  const list = document.getElementById("found");
  const status = document.getElementById("status");
  let active = -1;

  const close = () => {
    list.hidden = true;
    active = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const take = (name) => {
    close();
    box.value = "";
    choose(name);
  };
  const mark = (place) => {
    active = place;
    [...list.children].forEach((option, nth) => option.setAttribute("aria-selected", String(nth === place)));
    box.setAttribute("aria-activedescendant", list.children[place].id);
    list.children[place].scrollIntoView({ block: "nearest" });
  };
  const open = () => {
    const typed = box.value.trim().toUpperCase();
    const found = typed ? matching(names, typed) : [];
    list.replaceChildren(...found.slice(0, MOST_FOUND).map((name, nth) => {
      const option = el("li", { role: "option", id: `found-${nth}`, "aria-selected": "false" }, name,
        el("span", {}, about(name)));
      // Not "click": the box loses the focus before it, and the loss of the focus closes the list.
      option.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        take(name);
      });
      return option;
    }));
    active = -1;
    box.removeAttribute("aria-activedescendant");
    list.hidden = !found.length;
    box.setAttribute("aria-expanded", String(found.length > 0));
    status.textContent = !typed ? "" : found.length ? `${found.length} found` : `no ticker of this lake holds ${typed}`;
  };

  box.addEventListener("input", open);
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    const count = list.hidden ? 0 : list.children.length;
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && count) take(list.children[Math.max(0, active)].firstChild.data);
    else if (event.key === "ArrowDown" && count) mark((active + 1) % count);
    else if (event.key === "ArrowUp" && count) mark(active > 0 ? active - 1 : count - 1);
    else return;
    event.preventDefault();
  });
}
