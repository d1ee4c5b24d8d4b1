{{- define "agencies.labels" -}}
app.kubernetes.io/name: agency
app.kubernetes.io/part-of: cups
app.kubernetes.io/managed-by: {{ .top.Release.Service }}
app.kubernetes.io/instance: {{ .top.Release.Name }}
helm.sh/chart: {{ .top.Chart.Name }}-{{ .top.Chart.Version }}
cups/agency: {{ .code }}
# Strimzi's operators select their objects by this label.
strimzi.io/cluster: {{ .top.Values.cluster }}
{{- end }}
