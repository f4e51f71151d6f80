// Package meter draws how far a program has come.
package meter

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// Meter is a bar on a terminal, with the rate and the time that is left. Elsewhere it
// prints nothing.
type Meter struct {
	w           io.Writer // nil if there is no terminal
	done, total int
	start       time.Time
	drawn       time.Time
	now         func() time.Time
}

// New returns a meter of that many steps, which draws if w is a terminal.
func New(w io.Writer, total int) *Meter {
	m := &Meter{total: total, now: time.Now}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) && total > 1 {
		m.w = w
	}
	m.start = m.now()
	return m
}

// Step adds to what is done, and draws the bar at most ten times a second.
func (m *Meter) Step(n int) {
	m.done += n
	now := m.now()
	if m.w == nil || now.Sub(m.drawn) < 100*time.Millisecond && m.done < m.total {
		return
	}
	m.drawn = now
	fmt.Fprintf(m.w, "\r%s\x1b[K", m.line(now))
}

// line is the bar.
func (m *Meter) line(now time.Time) string {
	const width = 30
	full := width * m.done / max(1, m.total)
	bar := strings.Repeat("#", full) + strings.Repeat(".", width-full)
	took := now.Sub(m.start)
	text := fmt.Sprintf("[%s] %d of %d", bar, m.done, m.total)
	if m.done == 0 || took <= 0 {
		return text
	}
	rate := float64(m.done) / took.Seconds()
	left := time.Duration(float64(took) / float64(m.done) * float64(m.total-m.done))
	return fmt.Sprintf("%s, %.3g a second, %v left", text, rate, left.Round(time.Second))
}

// Clear removes the bar, so that a line can be printed.
func (m *Meter) Clear() {
	if m.w != nil {
		fmt.Fprint(m.w, "\r\x1b[K")
		m.drawn = time.Time{}
	}
}
