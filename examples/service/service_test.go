package main

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pullback-go/pullback/examples/internal/digits"
	"github.com/pullback-go/pullback/examples/internal/flags/flagtest"
)

func FuzzFlags(f *testing.F) {
	flagtest.Fuzz(f, func(args []string, w io.Writer) error {
		_, err := parse(args, w)
		return err
	}, "-addr\n:0\n-timeout\n1s", "-at-once\n0", "-most-bytes=-1\n-waiting=99999999", "-composite\nepsilon_plus")
}

func service(t *testing.T, args ...string) *handler {
	t.Helper()
	o, err := parse(args, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	h, err := newHandler(o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func digit(t *testing.T, d int) []byte {
	t.Helper()
	img, err := digits.Image(d)
	if err != nil {
		t.Fatal(err)
	}
	return encoded(t, img)
}

func encoded(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// ask sends a request and returns the answer.
func ask(h http.Handler, query, accept string, body []byte) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/explain"+query, bytes.NewReader(body))
	r.Header.Set("Accept", accept)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestPicture(t *testing.T) {
	h := service(t, "-composite", "epsilon_plus,none")
	for _, accept := range []string{"", "*/*", "image/png", "text/html,image/*;q=0.8"} {
		w := ask(h, "?target=top:2", accept, digit(t, 3))
		img, err := png.Decode(w.Body)
		if w.Code != http.StatusOK || err != nil || w.Header().Get("Content-Type") != "image/png" {
			t.Fatalf("%s: status %d, %v", accept, w.Code, err)
		}
		if b := img.Bounds(); b.Dx() < 3*144 || b.Dy() < 2*144 {
			t.Errorf("the sheet has %v pixels", b)
		}
	}
}

func TestJSON(t *testing.T) {
	h := service(t, "-composite", "epsilon_plus,none")
	w := ask(h, "?target=7", "application/json", digit(t, 3))
	var e explanation
	if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil {
		t.Fatal(err)
	}
	if e.Top[0].Name != "3" || len(e.Maps) != 2 || e.Maps[0].Method != "epsilon_plus" || e.Maps[0].Target != "7" || e.Maps[1].Sum == 0 {
		t.Errorf("got %+v", e)
	}
	for _, m := range e.Maps {
		if img, err := png.Decode(bytes.NewReader(m.PNG)); err != nil || img.Bounds().Dx() != 8 {
			t.Errorf("%s: got %v, %v", m.Method, img, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	h := service(t, "-composite", "none", "-most-bytes", "5000", "-most-image-bytes", "1000000")
	huge := encoded(t, image.NewGray(image.Rect(0, 0, 2000, 40)))
	for _, c := range []struct {
		query, accept string
		body          []byte
		status        int
		want          string
	}{
		{"", "", []byte("hello"), 415, "not a BMP"},
		{"", "", nil, 415, "not a BMP"},
		{"", "", make([]byte, 5001), 413, "more than 5000 bytes"},
		{"", "", huge, 415, "1000000 bytes are allowed"},
		{"?target=99", "", digit(t, 3), 400, "there is no class 99"},
		{"?target=top:x", "", digit(t, 3), 400, `target "top:x"`},
		{"?target=vector:/etc/passwd", "", digit(t, 3), 400, "without a file"},
		{"?target=label", "", digit(t, 3), 400, "no label"},
		{"", "text/csv", digit(t, 3), 406, "image/png and application/json"},
	} {
		w := ask(h, c.query, c.accept, c.body)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) || strings.Count(w.Body.String(), "\n") != 1 {
			t.Errorf("%s %.20q: got %d and %q, want %d and %s", c.query, c.body, w.Code, w.Body, c.status, c.want)
		}
	}
	for _, r := range []struct {
		method, path string
		status       int
	}{{"GET", "/explain", 405}, {"GET", "/nothing", 404}, {"GET", "/healthz", 200}} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(r.method, r.path, nil))
		if w.Code != r.status {
			t.Errorf("%s %s: got %d, want %d", r.method, r.path, w.Code, r.status)
		}
	}
}

// A network that takes images of any size still has a limit.
func TestInputLimit(t *testing.T) {
	h := service(t, "-composite", "none", "-height", "8", "-width", "8", "-most-elements", "63")
	if w := ask(h, "", "", digit(t, 3)); w.Code != 413 || !strings.Contains(w.Body.String(), "8 by 8 pixels: 63 numbers are allowed") {
		t.Errorf("got %d and %s", w.Code, w.Body)
	}
}

// body is an upload that tells when it begins, and ends when it is opened.
type body struct {
	begun chan struct{}
	open  chan struct{}
}

func (b *body) Read([]byte) (int, error) {
	b.begun <- struct{}{}
	<-b.open
	return 0, io.EOF
}

// As many requests are read and computed as there is room for. Others are refused.
func TestTooManyRequests(t *testing.T) {
	h := service(t, "-composite", "none", "-at-once", "1", "-waiting", "1")
	b := &body{make(chan struct{}), make(chan struct{})}
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() { h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/explain", b)) })
		<-b.begun
	}
	w := ask(h, "", "", digit(t, 3))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "too many requests: 1 are computed and 1 wait") {
		t.Errorf("got %d and %s", w.Code, w.Body)
	}
	close(b.open)
	all.Wait()
	if w := ask(h, "", "", digit(t, 3)); w.Code != http.StatusOK {
		t.Errorf("later: got %d and %s", w.Code, w.Body)
	}
}

// A request that is canceled, or that has taken its time, stops.
func TestCanceled(t *testing.T) {
	h := service(t, "-attributor", "smoothgrad", "-samples", "100000")
	ctx, cancel := context.WithCancel(context.Background())
	r := httptest.NewRequestWithContext(ctx, "POST", "/explain", bytes.NewReader(digit(t, 3)))
	time.AfterFunc(50*time.Millisecond, cancel)
	w := httptest.NewRecorder()
	start := time.Now()
	h.ServeHTTP(w, r)
	if w.Code != statusCanceled || time.Since(start) > 20*time.Second {
		t.Errorf("got %d after %v: %s", w.Code, time.Since(start), w.Body)
	}
	h = service(t, "-attributor", "smoothgrad", "-samples", "100000", "-timeout", "50ms")
	if w := ask(h, "", "", digit(t, 3)); w.Code != statusTimeout {
		t.Errorf("got %d: %s", w.Code, w.Body)
	}
	full := service(t, "-composite", "none", "-at-once", "1", "-timeout", "50ms")
	full.room <- struct{}{}
	if w := ask(full, "", "", digit(t, 3)); w.Code != statusTimeout {
		t.Errorf("waiting: got %d: %s", w.Code, w.Body)
	}
}

func TestMetrics(t *testing.T) {
	h := service(t, "-composite", "none")
	image := digit(t, 3)
	for range 2 {
		ask(h, "", "", image)
	}
	ask(h, "", "", []byte("x"))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, line := range []string{`explain_requests_total{code="200"} 2`, `explain_requests_total{code="415"} 1`, "explain_seconds_count 3", "explain_in_flight 0", "# TYPE explain_seconds summary"} {
		if !strings.Contains(w.Body.String(), line+"\n") {
			t.Errorf("no %s in\n%s", line, w.Body)
		}
	}
	if want := "explain_read_bytes_total " + strconv.Itoa(2*len(image)+1); !strings.Contains(w.Body.String(), want+"\n") {
		t.Errorf("no %s in\n%s", want, w.Body)
	}
}

// Requests at once get the answers of single ones, and no file is written.
func TestConcurrent(t *testing.T) {
	t.Chdir(t.TempDir())
	h := service(t, "-composite", "epsilon_plus", "-at-once", "3", "-waiting", "100")
	want := map[int]string{}
	for d := range 4 {
		want[d] = ask(h, "", "application/json", digit(t, d)).Body.String()
	}
	var all sync.WaitGroup
	for i := range 16 {
		file := digit(t, i%4)
		all.Go(func() {
			if w := ask(h, "", "application/json", file); w.Body.String() != want[i%4] {
				t.Errorf("digit %d: got %.200s, want %.200s", i%4, w.Body, want[i%4])
			}
		})
	}
	all.Wait()
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

// The server answers until it is told to stop.
func TestServe(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var out lines
	done := make(chan error, 1)
	go func() { done <- serve(ctx, []string{"-addr", "127.0.0.1:0", "-composite", "none"}, &out) }()
	address := ""
	for range 500 {
		if _, rest, ok := strings.Cut(out.String(), "at http://"); ok {
			address = strings.TrimSpace(rest)
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	answer, err := http.Post("http://"+address+"/explain", "image/png", bytes.NewReader(digit(t, 5)))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("got %v", answer.Status)
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("got %v", err)
	}
}

// lines is a writer for several goroutines.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestFlagErrors(t *testing.T) {
	for args, want := range map[string]string{
		"-timeout 0s": "-timeout 0s: want more than 0", "-at-once 0": "-at-once 0: want 1 to", "-waiting -1": "-waiting -1", "-most-bytes 0": "-most-bytes 0",
		"-most-elements 0": "-most-elements 0", "-baselines x": "-baselines", "-composite x": "no composite is named", "stray": "unexpected argument", "-model x -weights y": "-model stands alone",
	} {
		if _, err := parse(strings.Fields(args), io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", args, err, want)
		}
	}
	for _, args := range []string{"-model none.onnx", "-labels none.txt"} {
		if err := serve(context.Background(), strings.Fields(args), io.Discard); err == nil || !strings.Contains(err.Error(), "none.") {
			t.Errorf("%s: got %v", args, err)
		}
	}
}
