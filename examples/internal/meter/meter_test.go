package meter

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// clock gives a second more each time it is asked.
func clock() func() time.Time {
	at := time.Unix(0, 0)
	return func() time.Time {
		at = at.Add(time.Second)
		return at
	}
}

func TestMeter(t *testing.T) {
	var w bytes.Buffer
	m := &Meter{w: &w, total: 8, now: clock()}
	m.start = m.now()
	m.Step(1)
	m.Step(3)
	lines := strings.Split(w.String(), "\r")
	if want := "[###...........................] 1 of 8, 1 a second, 7s left\x1b[K"; lines[1] != want {
		t.Errorf("got %q, want %q", lines[1], want)
	}
	if want := "[###############...............] 4 of 8, 2 a second, 2s left\x1b[K"; lines[2] != want {
		t.Errorf("got %q, want %q", lines[2], want)
	}
	w.Reset()
	m.Clear()
	if w.String() != "\r\x1b[K" {
		t.Errorf("got %q", w.String())
	}
}

// What is no terminal gets no bar.
func TestMeterElsewhere(t *testing.T) {
	var w bytes.Buffer
	m := New(&w, 8)
	m.Step(3)
	m.Clear()
	if w.Len() > 0 {
		t.Errorf("got %q", w.String())
	}
}
