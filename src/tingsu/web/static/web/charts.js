// Draws every figure[data-chart] from the option beside it. The table under each picture needs no script.
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const drawn = new Map();

function axis(given, category, whole) {
  const label = { color: colour("--text-2"), hideOverlap: true, ...(given.axisLabel ?? {}) };
  const long = category && given.inverse;
  return {
    axisTick: { show: false },
    axisLine: { show: Boolean(category), lineStyle: { color: colour("--line-strong") } },
    splitLine: { show: !category, lineStyle: { color: colour("--line") } },
    minInterval: category || !whole ? undefined : 1,
    ...given,
    axisLabel: long ? { width: 130, overflow: "truncate", ...label } : label,
    nameTextStyle: { color: colour("--text-2") },
  };
}

function axes(given, whole) {
  if (given === undefined) return undefined;
  if (Array.isArray(given)) return given.map((one) => axis(one, one.type === "category", whole));
  return axis(given, given.type === "category", whole);
}

function dress(one) {
  if (one.id === "band-low") return { ...one, symbol: "none", silent: true, lineStyle: { opacity: 0 }, itemStyle: { color: colour("--chart-band") }, areaStyle: { opacity: 0 } };
  if (one.id === "band-span")
    return { ...one, symbol: "none", silent: true, lineStyle: { opacity: 0 }, itemStyle: { color: colour("--chart-band") }, areaStyle: { color: colour("--chart-band"), opacity: 1 } };
  if (one.id === "expected")
    return { ...one, symbol: "none", lineStyle: { type: "dashed", width: 1.5, color: colour("--chart-quiet") }, itemStyle: { color: colour("--chart-quiet") } };
  const counts = one.id === "counts" ? { z: 3, itemStyle: { color: colour("--chart-1") }, lineStyle: { width: 2, color: colour("--chart-1") } } : {};
  const line = one.type === "line" ? { symbolSize: 5, showSymbol: one.data.length <= 40, lineStyle: { width: 2 } } : {};
  const bar = one.type === "bar" ? { barMaxWidth: 28, itemStyle: { borderRadius: 2 } } : {};
  const marks = one.markPoint
    ? { markPoint: { symbol: "circle", symbolSize: 11, label: { show: false }, itemStyle: { color: colour("--chart-alarm"), borderColor: colour("--surface"), borderWidth: 2 }, ...one.markPoint } }
    : {};
  return { ...line, ...bar, ...counts, ...one, ...marks };
}

// A band's key is a patch of its colour, not a point of a line nobody sees.
function keyOf(name, series) {
  const band = series.some((one) => one.id === "band-span" && one.name === name);
  return band ? { name, icon: "roundRect" } : { name };
}

// Things are counted in whole numbers: no axis then has halves.
function isWhole(series) {
  const value = (point) => (point !== null && typeof point === "object" ? point.value : point);
  return series.every((one) => one.id === "expected" || (one.data ?? []).every((point) => value(point) === null || Number.isInteger(value(point))));
}

function words(value, unit) {
  if (value === null || value === undefined || Number.isNaN(value)) return "—";
  return `${Number(value).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 2 })}${unit ? ` ${unit}` : ""}`;
}

// One line a series; the two halves of a band are said as one range.
function tip(points, unit) {
  const list = Array.isArray(points) ? points : [points];
  const said = [String(list[0].axisValueLabel ?? list[0].name)];
  const low = list.find((point) => point.seriesId === "band-low");
  for (const point of list) {
    if (point.seriesId === "band-low") continue;
    if (point.seriesId === "band-span") {
      if (low && low.value !== null && low.value !== undefined) said.push(`${point.seriesName} ${words(low.value)}–${words(low.value + point.value, unit)}`);
    } else {
      const value = Array.isArray(point.value) ? point.value[point.value.length - 1] : point.value;
      said.push(`${point.seriesName} ${words(value, unit)}`);
    }
  }
  return said.join("\n");
}

function dressed(option, figure) {
  const font = getComputedStyle(document.body).fontFamily;
  const series = (option.series ?? []).map(dress);
  const names = [...new Set(series.filter((one) => one.id !== "band-low").map((one) => one.name))].filter(Boolean);
  const legend = names.length > 1 ? { show: true, top: 0, left: 0, type: "scroll", itemWidth: 14, itemHeight: 8, textStyle: { color: colour("--text-2") }, data: names.map((name) => keyOf(name, series)) } : { show: false };
  const whole = isWhole(series);
  const category = [option.xAxis, option.yAxis].flat().some((one) => one?.type === "category");
  return {
    animation: false,
    color: [1, 2, 3, 4, 5, 6].map((n) => colour(`--chart-${n}`)),
    textStyle: { fontFamily: font },
    grid: { left: 6, right: 14, top: names.length > 1 ? 34 : 14, bottom: 4, containLabel: true },
    ...option,
    legend: { ...legend, ...(option.legend ?? {}) },
    tooltip: {
      trigger: category ? "axis" : "item",
      renderMode: "richText",
      confine: true,
      backgroundColor: colour("--surface"),
      borderColor: colour("--line-strong"),
      textStyle: { color: colour("--text"), fontFamily: font, fontSize: 13 },
      formatter: (points) => tip(points, figure.dataset.unit),
      ...(option.tooltip ?? {}),
    },
    xAxis: axes(option.xAxis, whole),
    yAxis: axes(option.yAxis, whole),
    series,
  };
}

function draw(figure) {
  const place = figure.querySelector(".chart-plot");
  const block = figure.querySelector('script[type="application/json"]');
  if (!place || !block || drawn.has(figure)) return;
  const option = JSON.parse(block.textContent);
  const chart = echarts.init(place, null, { renderer: "svg" });
  chart.setOption(dressed(option, figure));
  drawn.set(figure, chart);
  chart.on("click", (point) => {
    const href = point.data?.href;
    // Only addresses of this house.
    if (typeof href === "string" && /^\/(?!\/)/.test(href)) location.assign(href);
  });
  new ResizeObserver(() => chart.resize()).observe(place);
  for (const button of figure.querySelectorAll("[data-picture]")) {
    button.hidden = false;
    button.addEventListener("click", () => take(figure, chart, button.dataset.picture));
  }
}

function save(address, figure, kind) {
  const link = document.createElement("a");
  link.href = address;
  link.download = `${figure.dataset.title}.${kind}`;
  link.click();
}

// The picture leaves as it is seen, on white, its title kept in the file's name.
function take(figure, chart, kind) {
  // The drawing as it stands in the page: ECharts' own export leaves the quotes of font names as they are.
  const drawing = chart.getDom().querySelector("svg").cloneNode(true);
  drawing.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const svg = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(drawing))}`;
  if (kind === "svg") return save(svg, figure, kind);
  const picture = new Image();
  const scale = 2;
  picture.addEventListener("load", () => {
    const canvas = document.createElement("canvas");
    canvas.width = chart.getWidth() * scale;
    canvas.height = chart.getHeight() * scale;
    const pen = canvas.getContext("2d");
    pen.fillStyle = colour("--surface");
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    save(canvas.toDataURL("image/png"), figure, kind);
  });
  picture.src = svg;
  return undefined;
}

function drawAll(within) {
  for (const figure of within.querySelectorAll("figure[data-chart]")) draw(figure);
}

document.addEventListener("DOMContentLoaded", () => drawAll(document));
document.addEventListener("htmx:afterSettle", (event) => drawAll(event.target));

// On paper a picture shrinks with its column instead of being cut off.
window.addEventListener("beforeprint", () => {
  for (const chart of drawn.values()) {
    const svg = chart.getDom().querySelector("svg");
    svg?.setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
  }
});
