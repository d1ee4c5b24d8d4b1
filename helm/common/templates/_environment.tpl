{{/*
The environment of a container: variables that the chart derives, and the values under "settings". Secrets are files; a variable
names the file.
*/}}
{{- define "cups.environment" -}}
{{- $values := .top.Values -}}
{{- $global := $values.global -}}
{{- $known := dict
  "LISTEN_HOST" $global.listenHost
  "HTTP_PORT" (include "cups.operationsPort" .)
-}}
{{- if and (include "cups.grpcPort" . | int) (not .service.part) }}{{ $_ := set $known "GRPC_PORT" (include "cups.grpcPort" .) }}{{ end -}}
{{- if .service.keys }}
{{- $_ := set $known "CUPS_ENV" $global.environment }}
{{- $_ := set $known "KEYS_DIR" "/keys" }}
{{- if $values.tls.existingSecret }}{{ $_ := set $known "GRPC_TLS_DIR" "/tls" }}{{ end }}
{{- with $global.tracing.endpoint }}
{{- $_ := set $known "OTEL_EXPORTER_OTLP_ENDPOINT" . }}
{{- $_ := set $known "OTEL_TRACES_SAMPLER_ARG" (toString $global.tracing.ratio) }}
{{- end }}
{{- end -}}
{{- if .service.data }}{{ $_ := set $known "REGISTRY_DIR" "/data" }}{{ end -}}
{{- if .service.store }}
{{- $_ := set $known "MONGODB_URI_FILE" "/secrets/mongodb-uri" }}
{{- if include "cups.hasAuthority" $global.mongodb.tls }}{{ $_ := set $known "MONGODB_TLS_CA_FILE" "/secrets/mongodb-ca.crt" }}{{ end }}
{{- end -}}
{{- if .service.kafka }}
{{- $_ := set $known "KAFKA_BROKERS" (join "," $global.kafka.brokers) }}
{{- if include "cups.hasAuthority" $global.kafka.tls }}{{ $_ := set $known "KAFKA_TLS_CA_FILE" "/secrets/kafka-ca.crt" }}{{ end }}
{{- if $values.kafka.existingSecret }}
{{- $_ := set $known "KAFKA_SASL_USERNAME" (printf "%s%s" $global.prefix .service.name) }}
{{- $_ := set $known "KAFKA_SASL_PASSWORD_FILE" "/secrets/kafka-password" }}
{{- end }}
{{- end -}}
{{- if include "cups.signsInByMpass" . }}
{{- $_ := set $known "SAML_KEYS_DIR" "/saml" }}
{{- $_ := set $known "SAML_IDP_CERTIFICATES_FILE" "/saml/idp.crt" }}
{{- end -}}
{{- with $values.oidc }}
{{- if .existingSecret }}{{ $_ := set $known "OIDC_CLIENT_SECRET_FILE" "/secrets/oidc-client-secret" }}{{ end }}
{{- end -}}
{{- if or .service.kafka .service.store }}
{{- with $global.prefix }}{{ $_ := set $known "CUPS_PREFIX" . }}{{ end }}
{{- end -}}
{{- $ports := include "cups.grpcPorts" . | fromYaml -}}
{{- range .service.calls }}
{{- $address := printf "dns:///%s:%d" . (get $ports . | int) }}
{{- $_ := set $known (printf "%s_ADDRESS" (. | replace "-" "_" | upper)) $address }}
{{- end -}}
{{- range $name, $value := .service.environment }}
{{- with tpl $value $.top }}{{ $_ := set $known $name . }}{{ end }}
{{- end -}}
{{- range $name, $value := $values.settings }}
{{- if not (kindIs "invalid" $value) }}{{ $_ := set $known $name (include "cups.written" $value) }}{{ end }}
{{- end -}}
{{- range $name, $value := $known }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{/* Formats a value of a variable. YAML numbers are floats, so a large one must not become 3.6e+06. */}}
{{- define "cups.written" -}}
{{- if kindIs "slice" . }}{{ join "," . }}
{{- else if kindIs "float64" . }}{{ int64 . }}
{{- else }}{{ . }}{{ end -}}
{{- end }}
