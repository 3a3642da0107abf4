# The table, the bars and the picture of bench/compare and bench/doors.
# Input: first the bars "workload|measure|peer|comparison|limit|words", then lines "workload peer p50 p99 p99.9 rate errors".
# Variables: rate, that of the open loop; svg, the file of the picture. The table goes to stdout.

function sorted(list, count, i, j, value) {
  for (i = 2; i <= count; ++i) {
    value = list[i]
    for (j = i - 1; j > 0 && list[j] > value; --j) list[j + 1] = list[j]
    list[j + 1] = value
  }
}

# Fills median, lowest and highest of one measure of one peer.
function summarise(workload, peer, measure, list, count, i) {
  count = rounds[workload, peer]
  for (i = 1; i <= count; ++i) list[i] = value[workload, peer, measure, i] + 0
  sorted(list, count)
  median[workload, peer, measure] = count % 2 ? list[(count + 1) / 2] : (list[count / 2] + list[count / 2 + 1]) / 2
  lowest[workload, peer, measure] = list[1]
  highest[workload, peer, measure] = list[count]
}

function number(x) { return x < 100 ? sprintf("%.1f", x) : sprintf("%.0f", x) }
function spread(key) {
  if (lowest[key] == highest[key]) return number(median[key])
  return number(median[key]) " (" number(lowest[key]) " … " number(highest[key]) ")"
}
function ratio_of(workload, measure, peer, own, other) {
  own = median[workload, "ringdex", measure]
  other = median[workload, peer, measure]
  return own > 0 && other > 0 ? own / other : -1
}
function times(ratio) { return ratio < 0 ? "not measured" : sprintf("%.2f", ratio) }
function verdict(ratio, comparison, limit) {
  if (comparison == "-") return "no bar"
  if (ratio < 0) return "NOT MEASURED"
  return (comparison == ">=" ? ratio >= limit : ratio <= limit) ? "MET" : "NOT MET"
}
function sign(comparison) { return comparison == ">=" ? "≥" : "≤" }

BEGIN {
  words["wrk16"] = "wrk, 16 connections"
  words["wrk1"] = "wrk, 1 connection"
  words["closed16"] = "load_client, 16 connections"
  words["closed1"] = "load_client, 1 connection"
  words["ldap1"] = "LDAP search, 1 connection"
  words["ldap8"] = "LDAP search, 8 connections"
  words["fastagi"] = "FastAGI, a connection for each call"
  words["open"] = "load_client, " rate "/s open loop"
}

FILENAME == "-" {
  split($0, part, "|")
  ++bars
  for (i = 1; i <= 6; ++i) bar[bars, i] = part[i]
  next
}

{
  key = $1 SUBSEP $2
  if (!(key in rounds)) {
    order[++rows] = key
    if (!($1 in known)) { known[$1] = 1; shown[++workloads] = $1 }
  }
  i = ++rounds[key]
  value[key, "p50", i] = $3; value[key, "p99", i] = $4; value[key, "p999", i] = $5; value[key, "rate", i] = $6
}

function print_table(i, part, workload, peer, key, last) {
  print "| how | whom | lookups/s | p50 µs | p99 µs | p99.9 µs | ringdex ÷ it: lookups/s | p50 | p99 |"
  print "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
  for (i = 1; i <= rows; ++i) {
    split(order[i], part, SUBSEP)
    workload = part[1]; peer = part[2]; key = order[i] SUBSEP
    printf "| %s | %s | %s | %s | %s | %s |", workload == last ? "" : words[workload], peer, spread(key "rate"),
      spread(key "p50"), spread(key "p99"), spread(key "p999")
    if (peer == "ringdex") print " | | |"
    else print " " times(ratio_of(workload, "rate", peer)) " | " times(ratio_of(workload, "p50", peer)) " | " times(ratio_of(workload, "p99", peer)) " |"
    last = workload
  }
}

function print_bars(i, ratio) {
  print "\n| bar | limit | measured | |"
  print "| --- | ---: | ---: | --- |"
  for (i = 1; i <= bars; ++i) {
    if (bar[i, 4] == "-") continue
    ratio = ratio_of(bar[i, 1], bar[i, 2], bar[i, 3])
    print "| " bar[i, 6] " | " sign(bar[i, 4]) " " bar[i, 5] " | " times(ratio) " | **" verdict(ratio, bar[i, 4], bar[i, 5]) "** |"
  }
}

# One line of text and one bar for each ratio, with the limit as a line across the bar.
function draw(i, ratio, judged, top, x, width, most, scale, limit, note) {
  width = 500; most = 1.2
  for (i = 1; i <= bars; ++i) {
    ratio = ratio_of(bar[i, 1], bar[i, 2], bar[i, 3])
    if (ratio > most) most = ratio
    if (bar[i, 5] + 0 > most) most = bar[i, 5] + 0
  }
  # A ratio beyond this is cut off; its number is written beside it.
  if (most > 3) most = 3
  scale = width / (most * 1.05)
  print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 " (60 + bars * 48) "\" width=\"760\" role=\"img\" aria-label=\"ringdex compared with other servers\">" > svg
  print "<style>text{font:14px system-ui,sans-serif;fill:#1f2328}.quiet{fill:#59636e;font-size:12px}.track{fill:#eaeef2}.met{fill:#2f8f4e}.missed{fill:#c4601b}.plain{fill:#4a6f9c}.limit{stroke:#1f2328;stroke-width:2}" > svg
  print "@media (prefers-color-scheme: dark){text{fill:#e6edf3}.quiet{fill:#9198a1}.track{fill:#2a313c}.met{fill:#3fb868}.missed{fill:#e8833a}.plain{fill:#6b97cc}.limit{stroke:#e6edf3}}</style>" > svg
  print "<text x=\"10\" y=\"20\">ringdex ÷ the other server; the upright line is the bar to meet</text>" > svg
  for (i = 1; i <= bars; ++i) {
    ratio = ratio_of(bar[i, 1], bar[i, 2], bar[i, 3])
    judged = verdict(ratio, bar[i, 4], bar[i, 5])
    top = 40 + (i - 1) * 48
    x = ratio < 0 ? 0 : (ratio > most ? most : ratio) * scale
    note = judged == "no bar" ? (bar[i, 2] == "rate" ? "more is better" : "less is better") : judged " (" sign(bar[i, 4]) " " bar[i, 5] ")"
    printf "<text class=\"quiet\" x=\"10\" y=\"%d\">%s</text>\n", top + 10, bar[i, 6] > svg
    printf "<rect class=\"track\" x=\"10\" y=\"%d\" width=\"%d\" height=\"18\" rx=\"3\"/>\n", top + 16, width > svg
    printf "<rect class=\"%s\" x=\"10\" y=\"%d\" width=\"%.1f\" height=\"18\" rx=\"3\"/>\n", judged == "MET" ? "met" : judged == "no bar" ? "plain" : "missed", top + 16, x > svg
    if (bar[i, 4] != "-") {
      limit = 10 + bar[i, 5] * scale
      printf "<line class=\"limit\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>\n", limit, limit, top + 12, top + 38 > svg
    }
    printf "<text x=\"%d\" y=\"%d\">%s%s</text>\n", 20 + width, top + 30, ratio < 0 ? "" : times(ratio) " × ", note > svg
  }
  print "</svg>" > svg
  close(svg)
}

END {
  for (i = 1; i <= rows; ++i) {
    split(order[i], part, SUBSEP)
    summarise(part[1], part[2], "p50"); summarise(part[1], part[2], "p99")
    summarise(part[1], part[2], "p999"); summarise(part[1], part[2], "rate")
  }
  print_table()
  print_bars()
  draw()
}
