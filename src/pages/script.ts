/** What the pages do when they are touched, as the text of one script. It knows the classes of this room and nothing else. */
export const script = `"use strict";
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// Pictures that are in the page already, shown once more.
for (const image of all("img[data-from]")) image.src = document.getElementById(image.dataset.from).src;

// Before and after.
for (const range of all(".compare input")) {
  const box = range.parentElement;
  const show = () => box.style.setProperty("--at", range.value + "%");
  range.addEventListener("input", show);
  show();
}

// Another cell takes the photo's place.
for (const select of all(".against select")) {
  const box = select.closest("article").querySelector(".compare");
  const range = box.querySelector("input");
  select.addEventListener("change", () => {
    const source = select.value ? "#" + select.value + " .after img" : "#" + select.dataset.photo;
    const name = select.value ? select.selectedOptions[0].textContent : "photo";
    const image = box.querySelector(".before img");
    image.src = document.querySelector(source).src;
    image.alt = box.querySelector(".tag.left").textContent = name;
    range.setAttribute("aria-label", "How much of " + name + " is shown");
  });
}

// A snapshot takes the result's place.
for (const strip of all(".strip")) {
  const image = document.querySelector(strip.dataset.shows + " .after img");
  const tag = document.querySelector(strip.dataset.shows + " .tag.right");
  const buttons = all("button", strip);
  for (const button of buttons) {
    button.addEventListener("click", () => {
      image.src = button.querySelector("img").src;
      image.alt = tag.textContent = button.dataset.name;
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
    });
  }
}

// Curves: the cursor reads the values from the lines themselves.
for (const chart of all(".chart")) {
  const plot = chart.querySelector(".plot");
  const cursor = chart.querySelector(".cursor");
  const where = chart.querySelector(".where");
  const rest = where.textContent;
  let lines;
  let index;
  const read = () => {
    lines ??= all("polyline", chart).map((line) => ({
      name: line.dataset.name,
      line,
      points: line.getAttribute("points").split(" ").map((point) => point.split(",").map(Number)),
    }));
    return lines;
  };
  const longest = () => read().reduce((a, b) => (b.points.length > a.points.length ? b : a)).points;
  const button = (name) => all(".legend button", chart).find((one) => one.dataset.name === name);
  const spoken = (value) => String(Number(value.toPrecision(3)));
  const show = (next) => {
    const steps = longest();
    index = Math.max(0, Math.min(steps.length - 1, next));
    const step = steps[index][0];
    const [first, last] = [steps[0][0], steps[steps.length - 1][0]];
    cursor.hidden = false;
    cursor.style.left = (100 * (step - first)) / Math.max(1, last - first) + "%";
    where.textContent = "step " + step;
    for (const { name, points } of read()) {
      const point = points.length === steps.length ? points[index] : points.find(([x]) => x === step);
      button(name).querySelector("output").textContent = point ? spoken(10 ** -point[1]) : "0";
    }
  };
  const leave = () => {
    if (index === undefined) return;
    show(longest().length - 1);
    cursor.hidden = true;
    index = undefined;
    where.textContent = rest;
  };
  plot.addEventListener("pointermove", (event) => {
    const { left, width } = plot.getBoundingClientRect();
    const steps = longest();
    const [first, last] = [steps[0][0], steps[steps.length - 1][0]];
    const wanted = first + ((event.clientX - left) / width) * (last - first);
    let nearest = 0;
    for (let i = 1; i < steps.length; i++) {
      if (Math.abs(steps[i][0] - wanted) < Math.abs(steps[nearest][0] - wanted)) nearest = i;
    }
    show(nearest);
  });
  plot.addEventListener("pointerleave", leave);
  plot.addEventListener("blur", leave);
  plot.addEventListener("keydown", (event) => {
    const stride = event.shiftKey ? 10 : 1;
    const last = longest().length - 1;
    const to = { ArrowLeft: (index ?? last + 1) - stride, ArrowRight: (index ?? -1) + stride, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(to);
  });
  for (const one of all(".legend button", chart)) {
    one.addEventListener("click", () => {
      const on = one.getAttribute("aria-pressed") !== "true";
      one.setAttribute("aria-pressed", String(on));
      read().find(({ name }) => name === one.dataset.name).line.classList.toggle("off", !on);
    });
  }
}

// A command line is copied; where the browser does not let us, it is selected.
for (const button of all("button.copy")) {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = label), 1500);
    } catch {
      getSelection().selectAllChildren(code);
    }
  });
}

// The chosen cell of a grid.
const cells = all("input[name=cell]");
const choose = (input, seen) => {
  input.checked = true;
  for (const article of all("article.cell")) article.hidden = article.id !== input.value;
  if (seen) history.replaceState(null, "", "#" + input.value);
};
for (const input of cells) {
  input.addEventListener("change", () => choose(input, true));
  input.addEventListener("click", () => {
    const top = document.getElementById(input.value).getBoundingClientRect().top;
    if (top > innerHeight * 0.9) document.getElementById(input.value).scrollIntoView({ behavior: "smooth" });
  });
}
if (cells.length > 0) choose(cells.find((input) => input.value === location.hash.slice(1)) ?? cells[0], false);
`;
