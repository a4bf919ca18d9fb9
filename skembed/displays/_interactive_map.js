// What the page does when something happens, which `cb_obj` is: a level was searched
// or selected, or the view has changed. All else is the models of the page, and
// `nearest`, the positions of each level's nearest ones, level after level.
const GAP = 4         // pixels between a disc and its name
const LINE = 15       // height of a name
const MOST_NAMES = 60
const CLOSE = 0.15    // of the map is in view around a level that was searched

const level = levels.data
const { x_range, y_range } = plot
const is_line = plot.y_scale.type === "LogScale"
const y_scale = is_line ? Math.log10 : y => y

if (cb_obj === search) {
  const i = level.level.indexOf(search.value)
  select(i)
  if (i < 0) describe()
} else if (cb_obj === levels.selected) {
  if (!selected().length && level.level.includes(search.value)) search.value = ""
  draw_rings()
  describe()
} else if (cb_obj === plot || cb_obj.event_name === "reset") {
  keep_scale()
}
write_names()

function selected() {
  return levels.selected.indices.slice(-1)
}

function neighbors() {
  const k = nearest.length / level.level.length
  return selected().flatMap(i => [...nearest.slice(i * k, (i + 1) * k)])
}

// where both axes are distances, they have one scale whatever the window's size
function keep_scale() {
  if (is_line) return
  const ratio = plot.inner_height / plot.inner_width
  const width = Math.max(span(x_range), span(y_range) / ratio)
  show(x_range, middle(x_range), width)
  show(y_range, middle(y_range), width * ratio)
}

function show(range, center, width) {
  range.setv({ start: center - width / 2, end: center + width / 2 })
}

function middle(range) {
  return (range.start + range.end) / 2
}

function span(range) {
  return range.end - range.start
}

function select(i) {
  levels.selected.indices = i < 0 ? [] : [i]
  if (i < 0 || extent(level.x) === 0) return
  show(x_range, level.x[i], CLOSE * extent(level.x))
  if (is_line) return // all counts remain in view
  show(y_range, level.y[i], CLOSE * extent(level.y))
  keep_scale()
}

function extent(values) {
  const [low, high] = values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity])
  return high - low
}

function draw_rings() {
  const places = [...selected(), ...neighbors()]
  rings.data = {
    x: places.map(i => level.x[i]),
    y: places.map(i => level.y[i]),
    size: places.map(i => level.size[i] + 5),
    width: places.map(i => selected().includes(i) ? 3 : 1.5),
  }
}

function describe() {
  const line = document.createElement("div")
  for (const i of selected()) {
    const name = document.createElement("b")
    name.textContent = level.level[i]
    line.append(name, `: count ${level.count[i]}, effect ${level.effect_text[i]}.`)
    line.append(` Nearest: ${level.nearest[i]}.`)
  }
  if (!selected().length && search.value) {
    line.append(`No level is named “${search.value}”.`)
  }
  details.text = line.outerHTML
}

// as many names as there is room for, those of frequent levels first
function write_names() {
  const brush = document.createElement("canvas").getContext("2d")
  brush.font = "12px helvetica"
  const { inner_width, inner_height } = plot
  const [bottom, top] = [y_range.start, y_range.end].map(y_scale)
  const written = { x: [], y: [], text: [], shift: [] }
  const boxes = []
  const write = i => {
    const share_x = (level.x[i] - x_range.start) / (x_range.end - x_range.start)
    const share_y = (y_scale(level.y[i]) - bottom) / (top - bottom)
    if (!(share_x >= 0 && share_x <= 1 && share_y >= 0 && share_y <= 1)) return
    const shift = level.size[i] / 2 + GAP
    const left = share_x * inner_width + shift
    const low = share_y * inner_height - LINE / 2
    const right = left + brush.measureText(level.level[i]).width
    const is_free = boxes.every(box =>
      left > box.right + GAP || right < box.left - GAP ||
      low > box.low + LINE || low < box.low - LINE)
    if (!is_free || right > inner_width) return
    boxes.push({ left, right, low })
    written.x.push(level.x[i])
    written.y.push(level.y[i])
    written.text.push(level.level[i])
    written.shift.push(shift)
  }
  const first = [...selected(), ...neighbors()]
  first.forEach(write)
  for (let i = level.level.length - 1; i >= 0 && boxes.length < MOST_NAMES; i--) {
    if (!first.includes(i)) write(i)
  }
  labels.data = written
}
