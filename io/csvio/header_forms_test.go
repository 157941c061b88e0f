package csvio_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/io/csvio"
)

// TestNamesGivenLoseNoRow: beside names that are given, a row goes only if it cannot be data.
func TestNamesGivenLoseNoRow(t *testing.T) {
	for text, rows := range map[string]int{
		// Data, or what may be.
		"10.0.0.1,x\n10.0.0.2,y\n":        2,
		"x,y\nz,w\n":                      2,
		"[1,2]\n[3,4]\n":                  2,
		"Ann,Rome\nBob,Oslo\nCy,Bonn\n":   3,
		"2020,2021\nab,cd\nef,gh\nij,k\n": 4,
		"country,2021\nFrance,x\n":        2,
		"08:00,n.a.\n08:30,5\n09:00,6\n":  3,
		"x,y\n":                           1,
		"GET /a,ok\nPUT /b,ok\n":          2,
		// Names.
		"a,b\nx,y\nz,w\n":                         2,
		"id,name\n1,x\n2,y\n":                     2,
		"when,what\n2020-01-01,x\n2020-01-02,y\n": 2,
		"p,q\n1,2\n3,4\n":                         2,
		"\"p\",\"q\"\nx,y\nz,w\n":                 2,
		"id,id\n5,7\n6,8\n":                       2,
		"n,2021\n1,5\n2,6\n":                      2,
	} {
		f, err := read(t, csvio.ReadOptions{Names: []string{"a", "b"}}, text)
		require.NoError(t, err, text)
		assert.Equal(t, []string{"a", "b"}, f.Names(), text)
		assert.Equal(t, rows, f.NumRows(), "%q\n%s", text, f)
		_, present := header(t, csvio.ReadOptions{Names: []string{"a", "b"}, Header: csvio.Present}, text)
		_, absent := header(t, csvio.ReadOptions{Names: []string{"a", "b"}, Header: csvio.Absent}, text)
		assert.Equal(t, present, absent-1, text)
	}
}

// TestNamesGivenForFilesLoseNoRow: a file after one with a row of names has one too if it is the
// same, or cannot be data.
func TestNamesGivenForFilesLoseNoRow(t *testing.T) {
	for second, rows := range map[string]int{
		"id,n\n3,z\n4,u\n": 4, "3,z\n4,u\n": 4, "5,7\n": 3, "id,n\n": 2, "key,word\n3,z\n": 3, "a,b\n3,z\n": 3,
	} {
		dir := t.TempDir()
		for name, text := range map[string]string{"1.csv": "id,n\n1,x\n2,y\n", "2.csv": second} {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		}
		f, err := csvio.ReadOptions{Names: []string{"a", "b"}}.ReadFile(t.Context(), filepath.Join(dir, "*.csv"))
		require.NoError(t, err, second)
		assert.Equal(t, rows, f.NumRows(), "%q\n%s", second, f)
	}
}

// TestFormsOfValues: a first row that is written as the rows below it is data; one that is not is
// names.
func TestFormsOfValues(t *testing.T) {
	for _, rows := range []string{
		"10.0.0.1,10.0.0.2\n10.0.0.3,10.0.0.4",
		"10.0.0.1,x\n10.0.0.22,y\n10.0.0.33,z\n10.0.0.44,u",
		"08:00,a\n08:30,b",
		"$3.50,$4.00\n$12.25,$7",
		"$3.50,$4.00\n$14.00,$15.00\n$16.00,$17.50\n$18.00,$20.00",
		"bob@x.org,http://x.org/a\nann.lee@mail.y.com,https://y.com",
		"00:1a:2b:3c:4d:5e,up\n0f:aa:bb:cc:dd:01,down",
		"d41d8cd98f00b204e9800998ecf8427e,a\n0cc175b9c0f1b6a831c399e269772661,b",
		"5 kg,3h\n12 kg,4.5h",
		"DE89370400440532013000,x\nGB82WEST12345698765432,y\nFR1420041010050500013M02606,z\nDE89370400440532013001,w",
		"id001,id002\nid017,id103",
		"1.2.3,v1\n1.10.0,v2",
		"(5),(6)\n(12),(7)",
		"550e8400-e29b-41d4-a716-446655440000\n6ba7b810-9dad-11d1-80b4-00c04fd430c8",
		"/etc/hosts,x\n/usr/bin/a,y\n/usr/bin/b,z\n/usr/lib/c,w",
		`C:\a\b.txt,x` + "\n" + `D:\c.doc,y`,
		"src/a.go\nlib/main_test.go",
		"52°31'N,13°24'E\n48°8'N,11°34'E",
		"#5,a\n#17,b",
		"€5,a\n€17.50,b",
		"10.0.0.1,10.0.0.2",
		"Q1 2021,x\nQ2 2021,y",
		"A1,A2\nB1,B2",
		"a1,a2,a3\nb1,b2,b3\nc1,c2,c3",
		"POINT(1 2),x\nPOINT(3.5 4),y",
		"K1A 0B1,Bob\nM5V 2T6,Ann",
		"2021-W05,x\n2021-W06,y",
		"50%,25%\n75%,10%",
		"3h,x\n15 min,y\n2 h,z",
		"3/4,1/2\n5/8,7/8",
		"0x1F,0x2A\n0xFF,0x00",
		"08:00,$5",
		"12:30-13:00,x\n9:00-10:00,y",
	} {
		names, n := header(t, csvio.ReadOptions{Delimiter: ','}, rows+"\n")
		assert.Empty(t, names, rows)
		assert.Equal(t, strings.Count(rows, "\n")+1, n, rows)
		width := strings.Count(rows[:strings.IndexByte(rows+"\n", '\n')], ",") + 1
		named := strings.Join([]string{"first", "second", "third"}[:width], ",")
		names, _ = header(t, csvio.ReadOptions{Delimiter: ','}, named+"\n"+rows+"\n")
		assert.Equal(t, strings.ReplaceAll(named, ",", "|"), names, rows)
	}
	for _, c := range [][2]string{
		{"x1,x2,x3\na1,b5,c7\n", "x1|x2|x3"},
		{"q1,q2\nA7,B2\nK3,Z9\n", "q1|q2"},
		{"name,24h,7d\nbtc,5%,6%\neth,7%,8%\n", "name|24h|7d"},
		{"1st half,2nd half\nAnn,Bob\nCy,Dee\n", "1st half|2nd half"},
		{"name,FY2021\nAnn,high\nBob,low\n", "name|FY2021"},
		{"line1,line2\nSome street,x\nA road,y\n", "line1|line2"},
		{"e-mail,home_page\nbob@x.org,http://x.org\n", "e-mail|home_page"},
		{"price ($),km/h\n$5,12\n$7,13\n", "price ($)|km/h"},
		{"md5,sha1\nd41d8cd98f00b204e9800998ecf8427e,da39a3ee5e6b4b0d3255bfef95601890afd80709\n", "md5|sha1"},
		{"ipv4,port\n10.0.0.1,80\n10.0.0.2,81\n", "ipv4|port"},
	} {
		names, _ := header(t, csvio.ReadOptions{Delimiter: ','}, c[0])
		assert.Equal(t, c[1], names, c[0])
	}
}

// TestIntegersBesideAWord: integers in the first row are names beside a word that is a name.
func TestIntegersBesideAWord(t *testing.T) {
	for text, names := range map[string]string{
		"country,2021\nFrance,67.5\nSpain,47.4\nItaly,59.1\n":          "country|2021",
		"Country,2021\nFrance,67.5\nSpain,47.4\nItaly,59.1\n":          "Country|2021",
		"country,2021\nFrance,67\nSpain,47\n":                          "country|2021",
		"id,2021,name\nx1,5,bob\nx2,7,ann\n":                           "id|2021|name",
		"team,1,2,3\nReds,4,7,1\nBlues,2,2,9\n":                        "team|1|2|3",
		"team,1,2,3\nreds,4,7,1\nblues,2,2,9\n":                        "team|1|2|3",
		"gene,10,20\nBRCA1,5.5,7.1\nTP53,3.2,4.4\n":                    "gene|10|20",
		"size,36,37,38,39\nwidth,8,9,9,10\nlength,22,22,23,24\n":       "size|36|37|38|39",
		"\"Total\"\t\"2020\"\n\"a\"\t5\n\"b\"\t6\n":                    "Total|2020",
		"\"Total\"\t\"2020\"\na\t5\nb\t6\n":                            "Total|2020",
		"Country,2000,2010,2020\nFrance,60,64,67\nSpain,40,46,47\n":    "Country|2000|2010|2020",
		"dose,5,10,15\nA1,0.3,0.4,0.6\nB2,0.1,0.2,0.9\nC3,0.5,0.7,1\n": "dose|5|10|15",
		"region,2015,2021\nNorth,7,9\nSouth,8,11\n":                    "region|2015|2021",
		",2019,2021\nFox,1,2\nOwl,3,4\n":                               "column_1|2019|2021",
		",0,1,2\n0,5,6,1\n1,2,7,3\n":                                   "column_1|0|1|2",
		",1,2,3\nFox,1,2,5\nOwl,3,4,9\n":                               "column_1|1|2|3",
		"Name,1990,1995\nAnna,4.5,5.5\nBob,2.5,3.5\n":                  "Name|1990|1995",
		"hour,0,6,12\nMon,5,3,2\nTue,5,6,6\n":                          "hour|0|6|12",
		// Data.
		",5,6\nx,9,8\ny,1,2\n":                                 "",
		",1,2,3\n,4,7,5\n,6,5,9\n":                             "",
		"total,2021\nNorth,1000\nSouth,1021\n":                 "",
		"\"1\",1\n2,2\n3,3\n":                                  "",
		"Ann,1,2,3,4\nBob,4,3,2,2\nCyd,5,5,5,5\n":              "",
		"year,2021\nsum,7\n":                                   "",
		"Ann,Rome,1985\nBob,Oslo,7\n":                          "",
		"x1,5,bob\nx2,7,ann\n":                                 "",
		"Ann,5\nBob,6.5\nCy,7.25\n":                            "",
		"rent,1900\nfood,45\nbus,67\n":                         "",
		"Rent,1900\nFood,1945\nBus,67\n":                       "",
		"Ann,1,2,3\nBob,5,9,4\nCyd,2,8,1\n":                    "",
		"Ann,1,2,3\nBenny,2,3,4\nCarl,3,4,5\n":                 "",
		"x,1,2,3\ny,4,7,1\nz,2,2,9\n":                          "",
		"Ann,2019,2020,2021\nBenny,2018,2022,2021\n":           "",
		"red,10,20\nblue,5,7\ngreen,3,9\n":                     "",
		"a1,10,20\nb2,5,7\nc3,3,9\n":                           "",
		"Ann,10,20\nbob,5,7\nCy,3,9\n":                         "",
		"France,2021,67.5\nSpain,2020,47.4\nItaly,2021,59.1\n": "",
		"\"x\"\t\"5\"\n\"a\"\t\"6\"\n\"b\"\t\"7\"\n":           "",
	} {
		got, n := header(t, csvio.ReadOptions{}, text)
		assert.Equal(t, names, got, "%q\n%s", text, sniff(t, csvio.ReadOptions{}, text))
		if want := strings.Count(text, "\n"); names == "" {
			assert.Equal(t, want, n, text)
		} else {
			assert.Equal(t, want-1, n, text)
		}
	}
}
