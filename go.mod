module github.com/pullback-go/pullback

go 1.26
