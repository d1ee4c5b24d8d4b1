{{/*
Scanner checks that the platform deliberately does not follow, with reasons and the check names of checkov, kube-score and
kube-linter.
*/}}
{{- define "cups.refusable" -}}
cpu-limit:
  reason: A CPU limit throttles a call while the node is idle; the request keeps the share, and what cannot be taken back is limited.
  checkov: CKV_K8S_11
  kubeScore: container-resources
counted-replicas:
  reason: KEDA counts the replicas, never fewer than two; a number here would be another's.
  kubeScore: deployment-replicas
secret-file-named:
  reason: The variable names a mounted file, and no secret.
  kubeLinter: env-var-secret
tag:
  reason: Images of a cluster to try things in go by their tag; strictMode refuses it.
  checkov: CKV_K8S_43
no-pull:
  reason: Images are brought to the nodes; there may be no registry to ask.
  checkov: CKV_K8S_15
  kubeScore: container-image-pull-policy
token:
  reason: It makes Secrets, for which it needs the token of its account.
  checkov: CKV_K8S_38
{{- end }}

{{/* Annotations that suppress checks of each scanner. "refused" lists names from above. */}}
{{- define "cups.exceptions" -}}
{{- $all := include "cups.refusable" . | fromYaml -}}
{{- $scores := list -}}
{{- range $place, $name := .refused }}
{{- $one := get $all $name }}
{{- with $one.checkov }}
checkov.io/skip{{ add1 $place }}: {{ printf "%s=%s" . $one.reason | quote }}
{{- end }}
{{- with $one.kubeLinter }}
ignore-check.kube-linter.io/{{ . }}: {{ $one.reason | quote }}
{{- end }}
{{- with $one.kubeScore }}
{{- $scores = append $scores . }}
{{- /* kube-score's annotation has no reason. */}}
{{- if not $one.checkov }}
exception.cups/{{ $name }}: {{ $one.reason | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- with $scores }}
kube-score/ignore: {{ join "," . }}
{{- end }}
{{- end }}

{{/* Exceptions of an image. "image" is its part of the values. */}}
{{- define "cups.refusedOfImage" -}}
{{- if not .image.digest }}
- tag
{{- end }}
{{- if ne .top.Values.global.image.pullPolicy "Always" }}
- no-pull
{{- end }}
{{- end }}

{{- define "cups.refusedOfService" -}}
- cpu-limit
{{- with .top.Values.keda }}{{ if .enabled }}
- counted-replicas
{{- end }}{{ end }}
{{- $oidc := .top.Values.oidc | default dict }}
{{- if or .top.Values.requestSecret $oidc.existingSecret }}
- secret-file-named
{{- end }}
{{- include "cups.refusedOfImage" (dict "top" .top "image" .top.Values.image) }}
{{- end }}
