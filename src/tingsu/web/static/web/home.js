// Draws the daily line from the data block; the figures beside it are plain HTML and need no script.
document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("daily-chart");
  const data = JSON.parse(document.getElementById("daily").textContent);
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const chart = echarts.init(place, null, { renderer: "svg" });
  chart.setOption({
    animation: false,
    grid: { left: 32, right: 8, top: 12, bottom: 24 },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: (n) => `${n} ${place.dataset.unit}` },
    xAxis: {
      type: "category",
      data: data.days,
      boundaryGap: true,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colour("--line-strong") } },
      axisLabel: { color: colour("--text-2"), interval: 6 },
    },
    yAxis: {
      type: "value",
      minInterval: 1,
      splitLine: { lineStyle: { color: colour("--line") } },
      axisLabel: { color: colour("--text-2") },
    },
    series: [{ type: "bar", data: data.counts, itemStyle: { color: colour("--ink-500"), borderRadius: [2, 2, 0, 0] }, barCategoryGap: "30%" }],
  });
  new ResizeObserver(() => chart.resize()).observe(place);
});
