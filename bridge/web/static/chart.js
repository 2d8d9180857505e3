// Draws the numbers of the table beside it; without scripts there is the table alone.
const table = document.querySelector('table[data-chart]')
const place = document.querySelector('.chart')
const rows = [...table.tBodies[0].rows]
const names = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent)
const numbers = names.map((_, n) => rows.map((row) => Number(row.cells[n + 1].textContent)))
const colour = (name) => getComputedStyle(document.body).getPropertyValue(name).trim()
const lines = ['--chart-logins', '--chart-failures', '--chart-rejections']
const axis = () => ({ stroke: colour('--quiet'), grid: { stroke: colour('--line') }, ticks: { stroke: colour('--line') } })
const height = 220

const draw = () => {
  place.replaceChildren()
  const options = {
    width: place.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    tzDate: (at) => uPlot.tzDate(new Date(at * 1e3), 'Asia/Phnom_Penh'),
    scales: { y: { range: (_, low, high) => [0, Math.max(high, 4)] } },
    axes: [{ ...axis(), values: '{HH}:{mm}' }, { ...axis(), incrs: [1, 2, 5, 10, 50, 100, 500, 1e3, 1e4] }],
    series: [{}, ...names.map((label, n) => ({ label, stroke: colour(lines[n]), width: 2, dash: [[], [6, 3], [2, 2]][n] }))],
  }
  new uPlot(options, [rows.map((row) => Number(row.dataset.at)), ...numbers], place)
}
let drawn = 0
new ResizeObserver(() => {
  if (place.clientWidth === drawn) return
  drawn = place.clientWidth
  draw()
}).observe(place)
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw)
