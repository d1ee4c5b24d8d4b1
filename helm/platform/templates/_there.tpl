{{/*
Secrets, ConfigMaps, their keys, and claims that an install needs and no job creates. Checks the cluster before any change, since pods without one
wait until Helm times out. A plain render checks nothing: it cannot find the account "default", which every namespace has.
*/}}
{{- define "cups.mustBeThere" -}}
{{- $namespace := .Release.Namespace -}}
{{- if lookup "v1" "ServiceAccount" $namespace "default" -}}
{{- $missing := list -}}
{{- range (include "cups.wanted" . | fromYamlArray) -}}
{{- $found := lookup "v1" .kind $namespace .name -}}
{{- if not $found -}}
{{- $missing = append $missing (printf "%s: there is no %s %s in the namespace %s." .path .kind .name $namespace) -}}
{{- else if and .key (not (hasKey (merge (dict) ($found.data | default dict) ($found.binaryData | default dict)) .key)) -}}
{{- $missing = append $missing (printf "%s: the %s %s has no key %s." .path .kind .name .key) -}}
{{- end -}}
{{- end -}}
{{- if $missing }}{{ fail (printf "\n%s" (join "\n" ($missing | uniq))) }}{{ end -}}
{{- end -}}
{{- end }}

{{/* Entries of value path, kind, name and key. */}}
{{- define "cups.wanted" -}}
{{- $top := . -}}
{{- $wanted := list -}}
{{- range $path, $tls := dict "global.kafka.tls" .Values.global.kafka.tls "global.mongodb.tls" .Values.global.mongodb.tls "notifications.mail.tls" .Values.notifications.mail.tls -}}
{{- if $tls.caConfigMap }}{{ $wanted = append $wanted (dict "path" $path "kind" "ConfigMap" "name" $tls.caConfigMap "key" $tls.key) }}{{ end -}}
{{- if $tls.caSecret }}{{ $wanted = append $wanted (dict "path" $path "kind" "Secret" "name" $tls.caSecret "key" $tls.key) }}{{ end -}}
{{- end -}}
{{- range $service := list "catalog" "identity" "intake" "documents" "agency-bridge" "notifications" "journal" "gateway" "agency-simulator" -}}
{{- $values := index $top.Values $service -}}
{{- if dig "enabled" true $values -}}
{{- range $part := list "keys" "tls" "mongodb" "keyStore" "s3" "requestSecret" "personHash" "kafka" "mail" "oidc" "agencyKeys" -}}
{{- $from := get $values $part -}}
{{- if and (kindIs "map" $from) (get $from "existingSecret") -}}
{{- $keys := list (get $from "key") -}}
{{- if eq $part "keys" -}}
{{- $keySets := dig "keySets" list ((index $top.Subcharts $service).Files.Get "service.yaml" | fromYaml) -}}
{{- $keys = prepend $keySets (printf "%s.key.jwk" $service) -}}
{{- end -}}
{{- if eq $part "tls" }}{{ $keys = list "tls.crt" "tls.key" "ca.crt" }}{{ end -}}
{{- range $keys -}}
{{- $wanted = append $wanted (dict "path" (printf "%s.%s.existingSecret" $service $part) "kind" "Secret" "name" $from.existingSecret "key" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with .Values.documents -}}
{{- if and .enabled .storage.existingClaim (eq .settings.DOCUMENTS_STORAGE "folder") -}}
{{- $wanted = append $wanted (dict "path" "documents.storage.existingClaim" "kind" "PersistentVolumeClaim" "name" .storage.existingClaim) -}}
{{- end -}}
{{- end -}}
{{- with .Values.journal -}}
{{- if and .enabled .storage.existingClaim -}}
{{- $wanted = append $wanted (dict "path" "journal.storage.existingClaim" "kind" "PersistentVolumeClaim" "name" .storage.existingClaim) -}}
{{- end -}}
{{- end -}}
{{- with .Values.identity -}}
{{- if has "mpass" (.providers | default list) -}}
{{- range list "current.key" "current.crt" "idp.crt" -}}
{{- $wanted = append $wanted (dict "path" "identity.saml.existingSecret" "kind" "Secret" "name" $top.Values.identity.saml.existingSecret "key" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with .Values.topics -}}
{{- if and .enabled .kafka.existingSecret -}}
{{- $wanted = append $wanted (dict "path" "topics.kafka.existingSecret" "kind" "Secret" "name" .kafka.existingSecret "key" .kafka.key) -}}
{{- end -}}
{{- if .enabled -}}
{{- range $at, $agency := .agencies -}}
{{- $wanted = append $wanted (dict "path" (printf "topics.agencies[%d].existingSecret" $at) "kind" "Secret" "name" $agency.existingSecret "key" ($agency.key | default "password")) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $kept := list -}}
{{- range $wanted -}}
{{- $isMade := and $top.Values.keys.enabled (regexMatch "^cups-(key|tls|kafka)-|^cups-(request-secret|person-hash)$" .name) -}}
{{- if not $isMade }}{{ $kept = append $kept . }}{{ end -}}
{{- end -}}
{{- $kept | toYaml -}}
{{- end }}

{{/* Images built with newer charts may need a mount or setting that these charts lack. */}}
{{- define "cups.mustFit" -}}
{{- with .Values.global.image.charts -}}
{{- if semverCompare (printf "> %s" $.Chart.Version) . -}}
{{- fail (printf "\nglobal.image.charts: these images need charts from version %s, and these are %s: use charts and images of one release." . $.Chart.Version) -}}
{{- end -}}
{{- end -}}
{{- end }}
