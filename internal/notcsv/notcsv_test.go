package notcsv_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/notcsv"
)

// foreign are texts of each format.
var foreign = map[string][]string{
	"JSON": {
		`[{"a":1,"b":2},{"a":3,"b":4}]`, "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n", "[\n  {\n    \"id\": 1\n  }\n]\n", `{"type": "FeatureCollection", "features": []}`, "  \n{\"a\": {\"b\": [1, 2]}}\r\n",
		`{"message": "Not Found", "status": 404}`, "[1,2]\n[3,4]\n", "[\n\"a\",\n\"b\"]", `["a","b","c"]`, "{\"a\":1}\n\n{\"a\":2}", `{"cut": [1, 2, {"off": "he`, "[" + strings.Repeat(`{"id": 7, "name": "seven"},`+"\n", 5000),
		strings.Repeat(`{"id": 7, "name": "seven"}`+"\n", 5000),
	},
	"an HTML page": {
		"<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head><body>,</body></html>\n", "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center>x, y</center>\r\n</body>\r\n</html>\r\n",
		"\n\n<!doctype HTML>\n<HTML lang=\"en\">\n<HEAD>\n<META charset=x>\n" + strings.Repeat("<p>a, b, c</p>\n", 9000), "<!-- saved -->\n<html><body>log in</body></html>\n<!-- 3 ms -->",
		"<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"x\">\n<html xmlns=\"y\">\n<head/></html>", "<html>Forbidden</html>", "<!DOCTYPE html>\n<meta charset=utf-8>\n<title>Error</title>\n<p>a, b",
	},
	"an XML document": {
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code></Error>", "<?xml version='1.0'?>\n<rows>\n" + strings.Repeat("<row id=\"1\">a, b</row>\n", 5000), "<rss version=\"2.0\"><channel><title>x, y</title></channel></rss>\n",
		"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<!-- c --><!DOCTYPE a>\n<a x=\"1\"/>\n", "<svg xmlns=\"x\">\n<g/>\n</svg>", "<?xml version=\"1.0\"?>\n<a>\n<b>1 & 2</b>\n</a>\n", "<rows>\n<row a=\"1\" b=\"2\"/>\n<row a=\"3\" b=\"4\"/>\n</rows>\n",
	},
	"an RTF document": {"{\\rtf1\\ansi hello, world}\n", "{\\rtf1\\ansi{\\fonttbl\\f0 Arial;}\\f0 a, b\\}\\par}", "{\\rtf1 " + strings.Repeat("a, b\n", 20000), "\n{\\rtf1}\x00", "{\\rtf1\\ansi\n{\\b x}\n}\n"},
	"a pointer of Git LFS in place of the file": {
		"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n", "version https://hawser.github.com/spec/v1\noid sha256:1\nsize 1\n",
		"version https://git-lfs.github.com/spec/v1\r\noid sha256:1\r\nsize 1\r\n", "version https://git-lfs.github.com/spec/v1\next-0-foo sha256:1\noid sha256:1\nsize 1\n", "version https://git-lfs.github.com/spec/v1\noid sha256:2",
	},
	"an answer of a web server, with its header": {
		"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n\r\na,b\r\n1,2\r\n", "HTTP/1.1 404 Not Found\nServer: nginx\n\n", "HTTP/2 301\r\nlocation: https://x\r\n\r\n", "HTTP/1.0 503 Service Unavailable\r\nConnection: close\r\n", "HTTP/1.1 200\r\nDate: Mon\r\n",
	},
	"an e-mail, or a box of them": {
		"From: a@x.de\nTo: b@x.de\nSubject: the table, please\n\nDear all,\n", "From a@x.de Mon Jan  1 10:00:00 2024\nReturn-Path: <a@x.de>\nReceived: from y\n\tby x, with z\nDate: Mon, 1 Jan 2024\n\na,b\n", "Received: by x\nReceived: by y\nMessage-ID: <1>\nX-Spam: no\nMIME-Version: 1.0\n\n",
		"Delivered-To: a@x.de\r\nSubject: a, b\r\nDate: Mon, 1 Jan 2024\r\n\r\n", "Date: x\nfrom: y\nsubject: z\n",
	},
	"a table in Markdown": {
		"| a | b |\n|---|---|\n| 1 | 2 |\n", "|a|b|\n|:--|--:|\n|1|2|\n", "# Title\n\n| a |\n| --- |\n| 1 |\n", "a | b\n--- | :---:\n1 | 2\n", "| name | n |\r\n| :---- | -----: |\r\n| x | 1 |\r\n",
	},
	"YAML": {
		"---\na: 1\nb: 2\n", "name: x\nitems:\n  - a\n  - b\n", "# c\nversion: 3\nservices:\n  web:\n    image: \"a, b\"\n    ports:\n      - \"80:80\"\n", "- a: 1\n  b:\n    - 2\n", "%YAML 1.2\n---\na:\n  - 1\n...\n", "text: |\n  a, b\n  c, d\nn: 1\n",
	},
	"a file of settings (INI)": {
		"[core]\nname = x\nvalue=1,2\n", "; c\n[a]\nb=1\n\n[c \"d\"]\ne = f\n", "[a.b]\r\nc=1\r\n", "# c\n[main]\n# d\nkey one = a;b\n", "[x]\n[y]\nurl=http://x/?a=b\n",
	},
}

// tables are CSV whose fields, or names, look like those.
var tables = []string{
	"", "a", "a,b\n1,2\n", "\n\n", "{a},{b}\n1,2\n", "[id],[name]\n1,x\n", "[id]\n1\n2\n", "[id]\t[x=y]\n1\ta=b\n", "{}\n{}\n", "[]\n", "[1]\n[2]\n", "{,}\n1,2\n", "[1,2\n[3,4\n",
	"{\"a\":1}\t5\n{\"a\":2}\t6\n", "{\"a\":1};2\n{\"a\":2};3\n", "{\"a\":1},{\"b\":2}\n{\"a\":3},{\"b\":4}\n", "{\"a\":1} {\"b\":2}\n", "doc\n{\"a\":1}\n{\"a\":2}\n", "\"{\"\"a\"\":1}\",2\n", "[1,2];3\n[4,5];6\n", "{\"a\":1}\n5\n", "{\"a\"},{\"b\"}\n1,2\n", "[\"a\"],[\"b\"]\n1,2\n",
	"<html>,label\n<body>x,1\n", "<html><body>hi</body></html>,1\n<html><body>yo</body></html>,2\n", "<html>a</html>\n<html>b</html>\n<html>c</html>\n", "<!doctype html>,n\n<p>,1\n", "<html><head></head></html>,1\n", "<html>;x\n<title>;1\n", "<htmlish>,b\n1,2\n", "\"<html>\",a\n1,2\n", "<!DOCTYPE html><html><head></head></html>\t1\n<!DOCTYPE html><html><head></head></html>\t2\n",
	"<?xml version=\"1.0\"?><a>1</a>,5\n<?xml version=\"1.0\"?><a>2</a>,6\n", "<a><b>1</b></a>,5\n<a><b>2</b></a>,6\n", "<a><b/></a>\n<a><b/></a>\n", "<?xml?>,b\n1,2\n", "<?xml version=\"1.0\"?><a>1</a>,5\n", "<a>,<b>\n1,2\n", "<a>\n1\n", "<id>,<name>,<x>\n1,a,b\n", "<?xml version=\"1.0\"?><a>1 & 2</a>,5\n<?xml version=\"1.0\"?><a>3 & 4</a>,5\n",
	"{\\rtf1},b\n1,2\n", "{\\rtf1 a},1\n{\\rtf1 b},2\n", "{\\rtf},x\n", "{\\rtf1 a\n{\\rtf1 b\n", "{\\rtf1\\ansi x};4\n",
	"version https://git-lfs,b\n1,2\n", "version https://git-lfs.github.com/spec/v1,oid\n1,2\n", "version https://git-lfs.github.com/spec/v1\n1\n", "version,oid\n1,2\n", "version https://git-lfs.github.com/spec/v1;x\noid ;y\n",
	"HTTP/1.1 200 OK\nHTTP/1.1 404 Not Found\n", "HTTP/1.1,n\n200,1\n", "HTTP/1.1 200,x\nContent-Type: y,z\n", "http,x\n", "HTTP/1.1 200 OK\nGET /,2\n",
	"From,To,Subject,Date\na,b,c,d\n", "From: a,To: b\n1,2\n", "Date: x\nfrom: y\n", "From;To\nx: y;z\n", "Subject: a, b\n1, 2\n", "name: x\nsize: 3\n", "a:b\n1:2\n",
	"|a|b|\n|1|2|\n", "a|b\n--|----\n1|x\n", "|a|b|\n|-|-|\n", "a|b\n---|---\n1|2\n", "| a | b |\n| 1 | --- |\n", "| a | b | c |\n| --- |\n",
	"---\n1\n2\n", "key: value\nother: value\n", "a: 1\nb: 2\nc: 3\n", "- a\n- b\n", "---,---\na: 1,b\n", "root:x:0\nbin:x:1\n", "a:\n1\n", "12:30: x\n13:30: y\n", "k: \n1,2\n",
	"[a]\n1\n2\n", "[a]=b\nc=d\n", "a=b\nc=d\n", "[a],x=1\n[b],x=2\n", "[a]\nb=1\n2\n", "[a]\n[b]\n",
}

func TestFormat(t *testing.T) {
	for want, texts := range foreign {
		for _, text := range texts {
			what, remedy := notcsv.Format([]byte(text), true)
			require.Equal(t, want, what, "%.200q", text)
			require.NotEmpty(t, remedy)
		}
	}
	for _, text := range tables {
		what, _ := notcsv.Format([]byte(text), true)
		require.Empty(t, what, "%q", text)
		if names, rows, _ := strings.Cut(text, "\n"); len(rows) > 1 {
			what, _ = notcsv.Format([]byte(names+"\n"+strings.Repeat(rows, 10_000)), false)
			require.Empty(t, what, "%q, and more", text)
		}
	}
}

// TestTablesOfTexts: a column that holds such texts, in quotes or without, makes no other format of
// its table.
func TestTablesOfTexts(t *testing.T) {
	for format, texts := range foreign {
		for _, text := range texts {
			text = strings.TrimSpace(text)
			quoted := `"` + strings.ReplaceAll(text[:min(len(text), 5000)], `"`, `""`) + `"`
			line := strings.NewReplacer("\n", " ", "\r", "").Replace(text[:min(len(text), 5000)])
			for _, row := range []string{quoted + ",1", "1," + quoted, line + "\t1", line + ",1", line + ";x"} {
				if format == "JSON" && strings.HasPrefix(row, "[{\"id\"") {
					continue // is cut, and goes on
				}
				for _, table := range []string{row + "\n" + row + "\n", "a,b\n" + row + "\n"} {
					what, _ := notcsv.Format([]byte(table), true)
					require.Empty(t, what, "%s: %.300q", format, table)
				}
			}
		}
	}
}

func BenchmarkFormat(b *testing.B) {
	for what, text := range map[string]string{"CSV": strings.Repeat("1,2,x\n", 20000), "JSON": foreign["JSON"][12]} {
		b.Run(what, func(b *testing.B) {
			for range b.N {
				notcsv.Format([]byte(text), false)
			}
		})
	}
}
