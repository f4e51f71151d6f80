//go:build unix

package safetensors_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/trace"
)

// A pipe once blocked Read forever, and a device was read until memory ran out.
func TestFaultC9OnlyRegularFilesAreRead(t *testing.T) {
	dir := t.TempDir()
	pipe, socket, link, looped := filepath.Join(dir, "pipe"), filepath.Join(dir, "s"), filepath.Join(dir, "link"), filepath.Join(dir, "loop")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip("no pipes here: ", err)
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Skip("no sockets here: ", err)
	}
	defer l.Close()
	for name, to := range map[string]string{link: "/dev/zero", looped: looped} {
		if err := os.Symlink(to, name); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{pipe, socket, link, looped, dir, "/dev/zero", "/dev/null"} {
		want := "safetensors: " + path + ": not a regular file"
		if path == looped {
			want = "safetensors: " + path + ": too many levels of symbolic links"
		}
		_, err := safetensors.Read(path)
		wantError(t, err, want)
		_, err = safetensors.ReadFile(path)
		wantError(t, err, want)
		if path == looped {
			continue // Write replaces it, as any link
		}
		wantError(t, safetensors.Write(path, nil, nil), want)
	}
	if err := safetensors.Write(looped, nil, nil); err != nil {
		t.Error(err)
	}
}

// Write replaces or avoids a link that someone has put in its way. It never follows one.
func TestFaultC9WriteFollowsNoLink(t *testing.T) {
	dir := t.TempDir()
	victim, path := filepath.Join(dir, "victim"), filepath.Join(dir, "w.safetensors")
	if err := os.WriteFile(victim, []byte("precious"), 0o640); err != nil {
		t.Fatal(err)
	}
	for _, link := range []string{path, path + ".partial"} {
		if err := os.Symlink(victim, link); err != nil {
			t.Fatal(err)
		}
	}
	if err := safetensors.Write(path, map[string]trace.Value{"w": trace.Scalar(1.5)}, nil); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(victim); err != nil || string(got) != "precious" {
		t.Errorf("the file behind the link is %.20q, %v", got, err)
	}
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		t.Errorf("%s is no regular file: %v, %v", path, info.Mode(), err)
	}
}

func TestFaultC9WriteKeepsPermissions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.safetensors")
	old := syscall.Umask(0o027)
	defer syscall.Umask(old)
	for _, want := range []os.FileMode{0o640, 0o604, 0o400} {
		if err := safetensors.Write(path, map[string]trace.Value{"w": trace.Scalar(1.5)}, nil); err != nil {
			t.Fatal(err)
		}
		if want != 0o640 { // the mode of a new file
			if err := os.Chmod(path, want); err != nil {
				t.Fatal(err)
			}
			if err := safetensors.Write(path, nil, nil); err != nil {
				t.Fatal(err)
			}
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("got %v, %v, want %v", info.Mode(), err, want)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// If the file cannot be replaced, nothing is left beside it.
func TestFaultC9WriteCleansUp(t *testing.T) {
	dir := t.TempDir()
	err := safetensors.Write(filepath.Join(dir, strings.Repeat("n", 300)), map[string]trace.Value{"w": trace.Scalar(1.5)}, nil)
	if err == nil || !strings.HasSuffix(err.Error(), ": file name too long") {
		t.Errorf("got %v", err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("got files %v, %v, want none", files, err)
	}
}
