package kernel

// Civil is the date of a day counted from 1970-01-01, in the proleptic
// Gregorian calendar. The method is Howard Hinnant's (days of 400-year eras that
// begin in March); it holds for every day that an int64 of seconds reaches.
func Civil(days int64) (year int64, month, day int) {
	z := days + 719468
	era := FloorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = int(doy - (153*mp+2)/5 + 1)
	month = int(mp + 3)
	year = yoe + era*400
	if month > 12 {
		month -= 12
		year++
	}
	return year, month, day
}

// Days is the inverse of [Civil]. Months outside of 1 to 12 carry into the year.
func Days(year int64, month, day int) int64 {
	m := int64(month) - 1
	year += FloorDiv(m, 12)
	m = m - FloorDiv(m, 12)*12 + 1
	if m <= 2 {
		year--
		m += 12
	}
	era := FloorDiv(year, 400)
	yoe := year - era*400
	doy := (153*(m-3)+2)/5 + int64(day) - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return era*146097 + doe - 719468
}

// MonthDays is the number of days of a month.
func MonthDays(year int64, month int) int {
	return int(Days(year, month+1, 1) - Days(year, month, 1))
}

// FloorDiv is a/b rounded down, b > 0.
func FloorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
