use super::Report;

pub(super) fn write(report: &Report) -> String {
    report.side.to_string()
}
